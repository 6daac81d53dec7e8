"""The describer's vocabulary: honest words for colours, light and form.

Gives: tables of single lower-case words, no two of one stem within what one picture can reach.
Never: a word for a thing, a person, a place, a time of day or a camera.
"""

COLOURS: dict[str, tuple[str, ...]] = {
    "black": ("ebony", "inky"),
    "charcoal": ("smoky",),
    "grey": ("ashen", "pewter"),
    "white": ("ivory", "milky"),
    "red": ("scarlet", "vermilion"),
    "maroon": ("burgundy", "oxblood"),
    "crimson": ("carmine",),
    "pink": ("rosy",),
    "brown": ("umber", "sepia"),
    "russet": ("coppery", "sienna"),
    "orange": ("fiery",),
    "amber": ("honeyed", "ochre"),
    "gold": ("gilded",),
    "yellow": ("flaxen",),
    "cream": ("buttery",),
    "beige": ("ecru", "fawn"),
    "taupe": ("greige",),
    "khaki": ("drab",),
    "chartreuse": ("citrine",),
    "green": ("viridian",),
    "teal": ("bluish",),
    "turquoise": ("aqua",),
    "cyan": ("glacial",),
    "azure": ("cerulean",),
    "blue": ("cobalt",),
    "navy": ("ultramarine",),
    "indigo": ("inky",),
    "violet": ("amethyst", "periwinkle"),
    "purple": ("regal",),
    "mauve": ("dusty",),
    "magenta": ("fuchsia", "cerise"),
}

LIGHT: dict[str, tuple[str, ...]] = {
    "dark": ("dark", "dim", "shadowy", "moody", "brooding", "murky", "sombre", "mysterious"),
    "middle": ("gentle", "even", "moderate", "restful", "measured", "steady", "placid", "settled"),
    "bright": ("bright", "luminous", "airy", "radiant", "fresh", "clear", "lucid", "glowing"),
}
TEMPERATURE: dict[str, tuple[str, ...]] = {
    "warm": ("warm", "earthy", "inviting", "cosy", "mellow"),
    "cool": ("cool", "calm", "serene", "chilly", "tranquil"),
    "neutral": ("neutral", "poised", "discreet", "equable", "reserved"),
}
SATURATION: dict[str, tuple[str, ...]] = {
    "vivid": ("vivid", "lively", "saturated", "vibrant", "rich"),
    "medium": ("natural", "pleasant", "tempered", "organic", "balmy"),
    "muted": ("muted", "subdued", "faded", "quiet", "understated"),
    "none": ("monochrome", "achromatic", "austere", "sober", "timeless"),
}
CONTRAST: dict[str, tuple[str, ...]] = {
    "strong": ("bold", "dramatic", "striking", "graphic", "crisp"),
    "fair": ("defined", "modelled", "rounded", "nuanced", "graduated"),
    "soft": ("soft", "subtle", "delicate", "smooth", "hazy"),
}
TEXTURE: dict[str, tuple[str, ...]] = {
    "busy": ("detailed", "textured", "intricate", "dense", "complex", "patterned", "grainy"),
    "varied": ("layered", "mixed", "blended", "structured", "woven", "interplay", "rhythm"),
    "plain": ("plain", "simple", "minimal", "uncluttered", "clean", "pure", "sleek"),
}
SHAPE: dict[str, tuple[str, ...]] = {
    "horizontal": ("horizontal", "wide", "broad"),
    "vertical": ("vertical", "tall", "elongated"),
    "square": ("square", "compact", "equal"),
}
SYMMETRY: dict[str, tuple[str, ...]] = {
    "mirrored": ("symmetrical", "mirrored", "orderly", "regular"),
    "free": ("asymmetrical", "dynamic", "irregular", "offset"),
}
FALL: dict[str, tuple[str, ...]] = {
    "upper": ("horizon", "gradient", "ascending", "transition"),
    "lower": ("horizon", "gradient", "grounded", "transition"),
    "level": ("uniform", "consistent", "continuous", "flat"),
}
GENERAL = (
    "colour",
    "palette",
    "light",
    "tone",
    "hue",
    "mood",
    "atmosphere",
    "composition",
    "shade",
    "tint",
    "visual",
    "aesthetic",
    "harmony",
    "impression",
    "ambience",
    "backdrop",
    "design",
    "artistic",
    "creative",
    "decorative",
    "style",
    "view",
    "scene",
    "space",
    "form",
    "depth",
    "character",
    "spectrum",
    "pigment",
    "chroma",
    "arrangement",
    "balance",
    "quality",
    "appearance",
    "feeling",
    "emotive",
    "sensory",
    "surface",
    "concept",
    "inspiration",
    "perception",
    "optical",
    "evocative",
    "expression",
    "variation",
    "background",
    "area",
    "proportion",
    "unity",
    "accent",
    "value",
    "luminance",
    "brilliance",
    "contour",
    "outline",
    "motif",
    "theme",
    "setting",
    "illumination",
    "radiance",
)
NOUNS = ("palette", "harmony", "composition", "mood", "atmosphere", "impression", "ambience")
STOPS = frozenset(
    (  # noqa: SIM905  a list of so many quoted words reads worse
        "a an and at by da de del der des di do du el en et for from in la las le les los of on or "
        "the to und upon van von with y"
    ).split()
)
