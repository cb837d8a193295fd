"""Personal numbers in free text are masked before anything is stored."""

import re

#: Mobile numbers, with an optional country code and with spaces or hyphens between the groups.
_MOBILE = re.compile(r"(?<![0-9])(?:\+?86[- ]?)?1[3-9][0-9][- ]?[0-9]{4}[- ]?[0-9]{4}(?![0-9])")
#: Land lines: an area code and seven or eight digits, or eight alone as in Shanghai (a date is not one).
_LAND_LINE = re.compile(
    r"(?<![0-9])(?:0[0-9]{2,3}[- ]?[2-9][0-9]{2,3}[- ]?[0-9]{4}"
    r"|(?!20[0-9]{2}[01][0-9][0-3][0-9])[2-9][0-9]{3}[- ]?[0-9]{4})(?![0-9])"
)
#: Identity cards: eighteen characters, the last may be X; the older ones have fifteen digits.
_ID_CARD = re.compile(r"(?<![0-9])(?:[1-9][0-9]{16}[0-9Xx]|[1-9][0-9]{14})(?![0-9Xx])")
_FULL_WIDTH_DIGITS = str.maketrans("０１２３４５６７８９－", "0123456789-")


def mask_personal_numbers(text: str) -> str:
    """The text with phone and identity-card numbers replaced by what they were.

    >>> mask_personal_numbers("请打13812345678，身份证310101199001011234")
    '请打[电话]，身份证[证件]'
    """
    plain = text.translate(_FULL_WIDTH_DIGITS)
    if not any(character.isdigit() for character in plain):
        return text
    masked = _LAND_LINE.sub("[电话]", _MOBILE.sub("[电话]", _ID_CARD.sub("[证件]", plain)))
    return text if masked == plain else masked


#: Whose door it is does not belong on a page.
_ROOM = re.compile(r"[0-9０-９]+(?:[A-Za-z]|-[0-9]+)?室")


def hide_rooms(text: str) -> str:
    """The text without the numbers of rooms.

    >>> hide_rooms("3号楼302室漏水")
    '3号楼**室漏水'
    """
    return _ROOM.sub("**室", text)
