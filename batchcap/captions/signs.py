"""What a rule needs to see in a caption before it can say anything: one bit each.

Plain integers: at a million captions an enum's would take as long as the look itself.
"""

(
    ODD,
    TALK,
    DECLINE,
    FOREIGN,
    MARK,
    FILE,
    DIGIT,
    CAMERA,
    CAPITAL,
    NAME,
    TRADE,
    QUOTE,
    AGENCY,
    ADDRESS,
    LENGTH,
    OPEN_END,
    UNPLACED,
    ALIKE,
    EDITORIAL,
    UNTIDY,
    PHRASE,
    UNWANTED,
    SENTENCE,
    TWICE,
    NUMBER,
    UNLISTED,
    UNTITLED,
) = (1 << n for n in range(27))

# Of a text in letters that nobody foresaw each rule on texts takes its own look.
IN_TEXT = (
    ODD
    | TALK
    | DECLINE
    | FOREIGN
    | MARK
    | FILE
    | DIGIT
    | CAMERA
    | CAPITAL
    | NAME
    | TRADE
    | QUOTE
    | AGENCY
    | ADDRESS
    | OPEN_END
    | ALIKE
    | UNPLACED
    | UNTITLED
)

# By the rule's name; it has nothing to say of a caption without any of its signs.
OF_RULE = {
    "markup": ODD,
    "chatter": TALK,
    "refusal": DECLINE,
    "not_english": FOREIGN,
    "release_conflict": EDITORIAL,
    "punctuation": MARK,
    "file_words": FILE,
    "dates": DIGIT,
    "sentence_case": CAPITAL,
    "other_place": NAME,
    "trademarks": TRADE,
    "quoted_words": QUOTE,
    "unsupported_names": NAME,
    "camera_words": CAMERA | DIGIT,
    "numbers": DIGIT,
    "agency_names": AGENCY,
    "web_addresses": ADDRESS,
    "profanity": NAME,
    "too_long": LENGTH,
    "truncated": OPEN_END,
    "place_in_description": UNPLACED,
    "too_short": LENGTH,
    "title_is_description": ALIKE,
    "keyword_markup": UNTIDY,
    "single_words": PHRASE,
    "unwanted_keywords": UNWANTED,
    "long_phrases": SENTENCE,
    "doubled_keywords": TWICE,
    "doubled_stems": TWICE,
    "too_many_keywords": NUMBER,
    "place_in_keywords": UNLISTED,
    "title_in_keywords": UNTITLED,
    "too_few_keywords": NUMBER,
}
