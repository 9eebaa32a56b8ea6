"""Clothing Co-Parsing as a set of masks: its 59 labels become a person's skin, hair, clothes and shoes.

In: the folder of the set, with `photos` and `annotations/pixel-level`.  Out: a `MaskSet`.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from refdec_train.heads.masks import MaskSet, read_masks

__all__ = ["CLOTHES", "read_clothes"]

NAMES = (
    *("null", "accessories", "bag", "belt", "blazer", "blouse", "bodysuit", "boots", "bra", "bracelet", "cape"),
    *("cardigan", "clogs", "coat", "dress", "earrings", "flats", "glasses", "gloves", "hair", "hat", "heels", "hoodie"),
    *("intimate", "jacket", "jeans", "jumper", "leggings", "loafers", "necklace", "panties", "pants", "pumps", "purse"),
    *("ring", "romper", "sandals", "scarf", "shirt", "shoes", "shorts", "skin", "skirt", "sneakers", "socks"),
    *("stockings", "suit", "sunglasses", "sweater", "sweatshirt", "swimwear", "t-shirt", "tie", "tights", "top"),
    *("vest", "wallet", "watch", "wedges"),
)
"""The labels of the set, in the order of its numbers from 0."""
CLOTHES = {
    "background": "null",
    "skin": "skin",
    "hair": "hair hat",
    "upper clothes": "belt blazer blouse bodysuit bra cape cardigan coat dress gloves hoodie intimate jacket jumper "
    "romper scarf shirt suit sweater sweatshirt swimwear t-shirt tie top vest",
    "lower clothes": "jeans leggings panties pants shorts skirt socks stockings tights",
    "shoes": "boots clogs flats heels loafers pumps sandals shoes sneakers wedges",
}
"""What the classes are made of; bags, glasses and what is small are no class, and nobody is measured on them."""
HELD_EVERY, LEFT_OUT_EVERY = 25, 10


def read_clothes(folder: Path, *, left_out: bool = False) -> MaskSet:
    """Return the photographs with masks: every 25th is held back to measure on.

    Of the others every tenth is left out; `left_out`: those instead, for measurements that nothing was chosen by.
    Raises MaskUnreadable, ScipyMissing.
    """
    classes = {name: [NAMES.index(each) for each in members.split()] for name, members in CLOTHES.items()}
    found = read_masks(folder / "photos", folder / "annotations" / "pixel-level", classes, held=())
    numbered = list(enumerate(found.subjects, start=1))
    held = [replace(subject, held=True) for number, subject in numbered if number % HELD_EVERY == 0]
    others = [(subject, number % LEFT_OUT_EVERY == 0) for number, subject in numbered if number % HELD_EVERY]
    if left_out:
        return MaskSet(found.labels, tuple(subject for subject, out in others if out))
    return MaskSet(found.labels, (*(subject for subject, out in others if not out), *held))
