"""Which rating a cell's colour stands for."""

import colorsys

_LEAST_SATURATION = 0.12  # Excel's own pale "Good" green has 0.14
_LEAST_BRIGHTNESS = 0.4


def rating_of_colour(colour: str) -> str | None:
    """Red, Amber or Green for a colour RRGGBB that people take for it; None for any other."""
    if len(colour) != 6:
        return None
    red, green, blue = (int(colour[n : n + 2], 16) / 255 for n in (0, 2, 4))
    hue, saturation, brightness = colorsys.rgb_to_hsv(red, green, blue)
    if saturation < _LEAST_SATURATION or brightness < _LEAST_BRIGHTNESS:
        return None
    degrees = hue * 360
    if degrees <= 18 or degrees >= 340:
        return "Red"
    if degrees <= 66:
        return "Amber"
    return "Green" if 75 <= degrees <= 165 else None
