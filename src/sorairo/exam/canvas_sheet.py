"""What was made, at one glance: a strip of frames a case, the worst first."""

from __future__ import annotations

from PIL import Image, ImageDraw

from sorairo.exam.canvas_suite import Report, Result

LINE = 13  # pixels of a line of text
BAD, GOOD = (190, 0, 0), (0, 90, 0)


def sheet(report: Report, most: int = 24) -> Image.Image:
    """Up to `most` cases, each under what was asked and where it falls short."""
    aims = report.suite.aims
    ordered = sorted(report.results, key=lambda result: -result.badness(aims))[:most]
    rows = [_row(result, result.failed(aims)) for result in ordered]
    page = Image.new("RGB", (max(r.width for r in rows), sum(r.height for r in rows)), "white")
    top = 0
    for row in rows:
        page.paste(row, (0, top))
        top += row.height
    return page


def _row(result: Result, failed: list[str]) -> Image.Image:
    strips = result.strips
    values = "  ".join(f"{k} {v:.3g}" for k, v in result.verdicts["model"].items())
    height = sum(strip.height + 2 for strip in strips) + 2 * LINE + 4
    row = Image.new("RGB", (max(strip.width for strip in strips), height), "white")
    draw = ImageDraw.Draw(row)
    draw.text((0, 0), result.label.encode("ascii", "replace").decode(), fill=(0, 0, 0))
    draw.text(
        (0, LINE),
        values + (f"   FAILED {', '.join(failed)}" if failed else ""),
        fill=BAD if failed else GOOD,
    )
    top = 2 * LINE
    for strip in strips:
        row.paste(strip, (0, top))
        top += strip.height + 2
    return row
