"""Errors of the benchmarks: each is raised somewhere, and has a code of its own."""

from __future__ import annotations

from refdec.bench import errors
from refdec.bench.tasks.errors import DataUnclear, NoData, RowsOfOtherWeights, RowsUnreadable, TeacherUnusable

CAUSES = {
    type(error): error
    for error in (
        errors.NoPictures(("a", "b")),
        errors.UnknownCodec("gif", ("jpeg",)),
        errors.CodecMissing("AVIF"),
        errors.NothingMeasured("every picture failed"),
        errors.PlotFormatUnknown("a.jpg", (".png", ".svg")),
        errors.PlotUnavailable(),
        errors.BenchmarkFileInvalid("rd.json", "junk"),
        errors.MeasuredOtherwise("rd.json", "analysis", "analysis 1.0", "analysis 1.1"),
        errors.LossFound("WEBP", "a.png"),
        errors.NotEightBits("a.png", "RGB of 16 bits"),
        errors.SessionInvalid("scores.json", "junk"),
        errors.SessionsApart("a.json", "b.json"),
        errors.SheetTooLarge(1 << 30, 1 << 26),
        errors.SetUnclear("scans"),
        errors.PicturesAlike("a/1.png", "b/1.png"),
        NoData("photos", "has no pictures"),
        DataUnclear("photos", ("thumbnail", "events")),
        TeacherUnusable("a.tflite", "it is not there"),
        RowsUnreadable("tasks.json", "junk"),
        RowsOfOtherWeights("tasks.json", "9fccf70e7241", "0a0a0a0a0a0a"),
    )
}
