import csv
from pathlib import Path

import numpy as np
import pytest

from segmentation.evaluation.field_fit import cross_validate, dips_of, fit
from segmentation.evaluation.field_widths import first_attempt, folds_of, main, read_field, report, score
from segmentation.measurement.greys import CAMERA
from segmentation.measurement.slits import fit_slits, spread_ratio

MEASURED = Path(__file__).parents[3] / "shared" / "data" / "widths" / "widths.csv"
needs_field = pytest.mark.skipif(not MEASURED.exists(), reason="the measured field profiles are not here")


def blurred_slit(width, *, contrast, blur=0.7, wall=130.0, offset=0.0):
    """31 grey values across a slit, each the mean over its pixel."""
    fine = (np.arange(31 * 20) + 0.5) / 20 - 15.5 - offset
    dark = contrast * (np.abs(fine) < width / 2)
    kernel = np.exp(-0.5 * (np.arange(-80, 81) / 20 / blur) ** 2)
    dark = np.convolve(dark, kernel / kernel.sum(), mode="same")
    return wall * (1 - dark.reshape(31, 20).mean(1))


def rows(count=80, contrast=0.8, seed=0):
    numbers = np.random.default_rng(seed)
    truth = numbers.uniform(0.3, 4, count)
    slits = [blurred_slit(width, contrast=contrast, offset=numbers.uniform(-1, 1)) for width in truth]
    return dips_of([slit + numbers.normal(0, 1, 31) for slit in slits], CAMERA), truth


def write(path, profiles):
    with path.open("w", newline="") as file:
        table = csv.writer(file)
        table.writerow(["structure", "photo", "width_mm", "mm_per_px", "profile"])
        for number, (width, profile) in enumerate(profiles):
            table.writerow(
                ["NS"[number % 2], f"P{number:03d}", width * 0.2, 0.2, " ".join(f"{v:.1f}" for v in profile)]
            )
    return path


def test_the_fit_finds_the_contrast_that_the_profiles_were_drawn_with():
    found = fit(*rows(contrast=0.8), CAMERA)
    assert found.contrast == pytest.approx(0.8, abs=0.05)
    slits = fit_slits(rows(contrast=0.8, seed=1)[0], found)
    errors = np.abs(slits.width - rows(contrast=0.8, seed=1)[1])
    assert np.median(errors) < 0.1
    assert 0.88 <= np.mean(errors <= slits.u95) <= 1


def test_no_fold_sees_its_own_widths():
    dips, truth = rows()
    folds = np.arange(len(truth)) % 4
    wrong = np.where(folds == 2, 50 * truth, truth)
    honest, misled = (cross_validate(dips, widths, folds, CAMERA) for widths in (truth, wrong))
    assert misled.width[folds == 2] == pytest.approx(honest.width[folds == 2], abs=1e-12)
    assert np.abs(misled.u95 - honest.u95)[folds != 2].max() > 0.1


def test_too_few_widths_are_refused():
    dips, truth = rows(count=19)
    with pytest.raises(ValueError, match="at least 20"):
        fit(dips, truth, CAMERA)


def test_the_spread_of_a_slit_runs_from_its_blur_to_its_width():
    # By hand: squares of a Gaussian integrate to 1 / (2 √π s), those of a box to its width.
    assert spread_ratio(np.array([0.02, 80.0])) == pytest.approx([2 * np.sqrt(np.pi) / 0.02, 1], rel=0.02)


def test_scores_can_be_checked_by_hand():
    told = score(np.array([1.0, 2.0, 4.0]), np.array([1.5, 2.0, 3.0]), np.array([0.4, 0.1, 1.0]))
    assert told["median_abs"] == 0.5 and told["median"] == 0.0
    assert told["mean"] == pytest.approx(1 / 6) and told["coverage"] == pytest.approx(2 / 3)


def test_the_first_attempt_is_darkness_over_eight_tenths():
    profile = np.full(31, 100.0)
    profile[14:17] = [80, 20, 90]
    assert first_attempt(profile) == pytest.approx((0.2 + 0.8 + 0.1) / 0.8)


def test_a_name_keeps_its_fold_and_folds_are_of_one_size():
    names = [f"P{number}" for number in range(100)]
    folds = folds_of(names)
    assert (np.bincount(folds) == 10).all()
    assert (folds_of(names[::-1])[::-1] == folds).all()


def test_photos_in_a_row_with_one_width_are_one_crack(tmp_path):
    slit = blurred_slit(1, contrast=0.8)
    field = read_field(write(tmp_path / "w.csv", [(w, slit) for w in (1, 1, 1, 2, 3, 2, 1, 2)]))
    assert len(set(field.cracks())) == 5
    assert [len(set(field.cracks()[place])) for place in ([0, 2], [1, 3], [5, 7], [4, 6])] == [1, 2, 1, 2]


def test_the_command_prints_a_table_and_twice_the_same(tmp_path, capsys):
    numbers = np.random.default_rng(1)
    slits = [(w, blurred_slit(w, contrast=0.85) + numbers.normal(0, 1, 31)) for w in numbers.uniform(0.4, 3, 60)]
    path = write(tmp_path / "widths.csv", slits)
    assert main([str(path)]) == main([str(path)]) == 0
    printed = capsys.readouterr().out
    half = len(printed) // 2
    assert printed[:half] == printed[half:]
    assert "cracks left out" in printed and "first attempt" in printed and "contrast=0.8" in printed


@pytest.mark.parametrize(
    "text", ["", "photo,profile\na,1 2 3\n", "structure,photo,width_mm,mm_per_px,profile\nS,a,x,1,1 2\n"]
)
def test_a_file_that_is_no_table_of_profiles_is_refused(tmp_path, capsys, text):
    path = tmp_path / "bad.csv"
    path.write_text(text)
    assert main([str(path)]) == 1
    assert str(path) in capsys.readouterr().err
    assert main([str(tmp_path / "missing.csv")]) == 1


@needs_field
def test_field_widths_are_met_by_fits_that_have_not_seen_them():
    field = read_field(MEASURED)
    dips, truth = dips_of(field.profiles, CAMERA), field.truth
    for names in (field.photo, field.cracks()):
        result = cross_validate(dips, truth, folds_of(names), CAMERA)
        told = score(result.width, truth, result.u95)
        assert told["median_abs"] <= 0.20
        assert abs(told["mean"]) <= 0.05 and abs(told["median"]) <= 0.05
        assert 0.93 <= told["coverage"] <= 0.97
    found = fit(dips, truth, CAMERA)
    for name in ("contrast", "error_px", "error_share", "factor"):
        assert getattr(found, name) == pytest.approx(getattr(CAMERA, name), abs=0.011)


@needs_field
def test_the_page_shows_what_the_command_prints():
    page = Path(__file__).parents[2] / "docs" / "measuring-widths.md"
    printed = [" ".join(line.split()) for line in report(read_field(MEASURED)).splitlines() if line]
    shown = [" ".join(line.split()) for line in page.read_text().splitlines()]
    assert all(line in shown for line in printed)
