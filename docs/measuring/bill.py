"""The bill: what estimate says of a 24-megapixel archive, model by model, as a table."""

import json
from pathlib import Path

from measuring.archive import forget
from measuring.rounds import Machine


def bill(machine: Machine, folder: Path) -> str:
    """Return tokens and dollars of 1,000 photos on each priced model, ours and the plain way."""
    forget(folder)
    said = json.loads(machine.batchcap(folder, "estimate", "--json"))
    lines = [
        "| model | tokens, ours | $ in a batch | tokens, full size | $ without a batch | times |",
        "|---|---:|---:|---:|---:|---:|",
    ]
    for each in said["data"]["models"]:
        ours, plain = each["sent"], each["full_size"]["auto"]
        if ours is None or ours["usd"] is None:
            continue
        shown = "refused | - | -"
        if plain is not None:
            dear = plain["usd_without_batch"]
            shown = f"{plain['input_tokens']:,} | {dear:.2f} | {dear / ours['usd']:.1f}"
        name = each["model"] + (" *" if each["assumed"] else "")
        lines.append(f"| {name} | {ours['input_tokens']:,} | {ours['usd']:.2f} | {shown} |")
    lines += ["", "\\* How this model counts pictures is an assumption (configs/models.toml)."]
    lines += [f"\n{each['message']}" for each in said["problems"] if each["code"] == "tokens"]
    return "\n".join(lines)
