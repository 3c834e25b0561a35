"""The images: what load_images gives, wherever it is called from, and the files it comes from."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import numpy as np
import pytest
from support import ROOT

from grader import load_images
from grader.exercises.material import images as data

SETS = {"digits": (1297, 8), "fashion": (2000, 28)}
FILES = ("cat.npz", "digits.npz", "fashion.npz")


# --- what it gives ---


@pytest.mark.parametrize("name", SETS)
def test_images_have_one_channel_and_every_image_has_its_label(name):
    count, side = SETS[name]
    images = load_images(name)
    assert images.train_images.shape == (count, 1, side, side)
    assert images.test_images.shape == (500, 1, side, side)
    assert images.train_labels.shape == (count,)
    assert images.test_labels.shape == (500,)
    assert {array.dtype for array in images} == {np.dtype("float64"), np.dtype("int64")}


@pytest.mark.parametrize("name", SETS)
def test_paper_is_dark_ink_is_light_and_the_mean_is_about_zero(name):
    images = load_images(name)
    for pixels in (images.train_images, images.test_images):
        assert pixels.min() == pytest.approx(-0.3)
        assert pixels.max() == pytest.approx(0.7)
        assert abs(pixels.mean()) < 0.03


@pytest.mark.parametrize("name", SETS)
def test_no_image_is_there_twice(name):
    images = load_images(name)
    rows = np.concatenate([images.train_images, images.test_images])
    assert len(np.unique(rows.reshape(len(rows), -1), axis=0)) == len(rows)


@pytest.mark.parametrize("name", SETS)
def test_the_classes_are_balanced(name):
    images = load_images(name)
    assert np.bincount(images.test_labels).tolist() == [50] * 10
    counts = np.bincount(images.train_labels)
    assert len(counts) == 10
    assert counts.max() - counts.min() <= (9 if name == "digits" else 0)


@pytest.mark.parametrize("name", SETS)
def test_the_classes_are_mixed(name):
    images = load_images(name)
    assert set(images.train_labels[:100]) == set(range(10))
    assert set(images.test_labels[:100]) == set(range(10))


def test_images_and_labels_belong_together():
    """The nearest image to train on has the same label, nearly always."""
    images = load_images("digits")
    train, test = (
        part.reshape(len(part), -1) for part in (images.train_images, images.test_images)
    )
    nearest = ((train**2).sum(axis=1) - 2 * test @ train.T).argmin(axis=1)
    assert np.mean(images.train_labels[nearest] == images.test_labels) > 0.97


def test_the_cat_is_a_grey_square():
    cat = load_images("cat")
    assert cat.shape == (64, 64)
    assert cat.dtype == np.float64
    assert 0 <= cat.min() < 0.1
    assert 0.6 < cat.max() <= 1


def test_a_set_says_in_a_line_what_it_holds():
    assert (
        repr(load_images("digits")) == "1297 images to train on and 500 to test on, each 1 x 8 x 8"
    )


def test_what_a_student_does_to_the_images_stays_with_the_student():
    load_images("digits").train_images[:] = 0
    assert load_images("digits").train_images.any()


def test_a_set_cannot_be_given_other_arrays():
    with pytest.raises(AttributeError):
        load_images("digits").train_images = None


# --- where it finds them ---


def test_the_images_are_found_from_any_folder(tmp_path):
    code = "from grader import load_images; print(load_images('fashion'), load_images('cat').shape)"
    env = os.environ | {"PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        env=env,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "2000 images to train on and 500 to test on, each 1 x 28 x 28 (64, 64)\n"


def test_the_wheel_holds_images_and_licences_and_no_answer(tmp_path):
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run(command, cwd=ROOT, capture_output=True, check=True)
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as content:
        names = content.namelist()
        assert {name for name in names if "data_files" in name} == {
            f"grader/data_files/{f}" for f in (*FILES, "README.md")
        }
        assert not [
            name
            for name in names
            if "solutions" in name or "mistakes" in name or "make_data" in name
        ]
        content.extractall(tmp_path / "site")
    code = (
        "import grader; print(grader.__file__); print(*[repr(grader.load_images(n)) for n in "
        "('digits', 'fashion')], sep='\\n')"
    )
    env = os.environ | {"PYTHONPATH": str(tmp_path / "site")}
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        env=env,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.splitlines() == [
        str(tmp_path / "site" / "grader" / "__init__.py"),
        "1297 images to train on and 500 to test on, each 1 x 8 x 8",
        "2000 images to train on and 500 to test on, each 1 x 28 x 28",
    ]


# --- what it says when something is wrong ---


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("digit", "Did you mean 'digits'?"),
        ("Fashion-MNIST", "Did you mean 'fashion'?"),
        ("CAT", "Did you mean 'cat'?"),
        ("imagenet", "There are: cat, digits, fashion."),
        ("../../etc/passwd", "There are: cat, digits, fashion."),
        (None, "There are: cat, digits, fashion."),
        (["digits"], "Did you mean 'digits'?"),
    ],
)
def test_an_unknown_name_is_told_with_the_nearest(name, hint):
    with pytest.raises(ValueError, match=re.escape(f"There is no image set {name!r}. ")) as raised:
        load_images(name)
    assert str(raised.value) == f"There is no image set {name!r}. {hint}"


@pytest.fixture
def elsewhere(tmp_path, monkeypatch) -> Path:
    """A folder of one's own in which the files are looked for, free to be broken."""
    monkeypatch.setattr(data, "FOLDERS", (tmp_path / "wheel", tmp_path / "clone"))
    (tmp_path / "clone").mkdir()
    shutil.copy(ROOT / "data" / "digits.npz", tmp_path / "clone")
    return tmp_path / "clone" / "digits.npz"


def test_a_missing_file_is_told_with_the_places_and_the_remedy(elsewhere, tmp_path):
    elsewhere.unlink()
    with pytest.raises(FileNotFoundError) as raised:
        load_images("digits")
    assert str(raised.value) == (
        f"digits.npz is missing: looked for {tmp_path}/wheel/digits.npz and "
        f"{tmp_path}/clone/digits.npz. "
        "Install the course again from its student kit, or in a clone run: git checkout -- data"
    )


def _saved(**arrays):
    return lambda path: np.savez(path, **arrays)


@pytest.mark.parametrize(
    ("damage", "told"),
    [
        (lambda path: path.write_bytes(b""), "EOFError"),
        (
            lambda path: path.write_bytes(b"version https://git-lfs.github.com/spec/v1\n"),
            "ValueError",
        ),
        (lambda path: path.write_bytes(path.read_bytes()[:30000]), "BadZipFile"),
        (
            lambda path: path.write_bytes(
                path.read_bytes()[:20000] + bytes(100) + path.read_bytes()[20100:]
            ),
            "Bad CRC-32",
        ),
        (_saved(train_images=np.zeros(3, np.uint8)), "KeyError"),
        (
            _saved(**{k: np.zeros(s) for k, s in data.SHAPES["digits"].items()}),
            "train_images is float64 (1297, 8, 8), expected uint8",
        ),
        (
            _saved(**{k: np.zeros(3, np.uint8) for k in data.SHAPES["digits"]}),
            "train_images is uint8 (3,), expected uint8 (1297, 8, 8)",
        ),
        (
            _saved(**{k: np.array([print]) for k in data.SHAPES["digits"]}),
            "Object arrays cannot be loaded",
        ),
    ],
)
def test_a_damaged_file_is_told_in_one_message(elsewhere, damage, told):
    damage(elsewhere)
    with pytest.raises(OSError, match=re.escape(told)) as raised:
        load_images("digits")
    assert str(raised.value).startswith(f"{elsewhere} is damaged (")
    assert str(raised.value).endswith("or in a clone run: git checkout -- data")
    assert raised.value.__suppress_context__


# --- the files ---


def test_the_hashes_and_sizes_are_those_of_the_readme():
    rows = re.findall(
        r"^\| `(\S+)` .* \| (\d+) \| `([0-9a-f]{64})` \|$",
        (ROOT / "data" / "README.md").read_text("utf-8"),
        re.M,
    )
    found = [(ROOT / "data" / name).read_bytes() for name, _, _ in rows]
    assert sorted(name for name, _, _ in rows) == sorted(FILES)
    assert [(str(len(f)), hashlib.sha256(f).hexdigest()) for f in found] == [
        (size, digest) for _, size, digest in rows
    ]


def test_the_licences_go_with_the_images():
    text = (ROOT / "data" / "README.md").read_text("utf-8")
    for line in (
        "Copyright 2017 Zalando SE",
        "The scikit-learn developers",
        "CC0 1.0",
        "Attribution 4.0",
        "E. Alpaydin",
    ):
        assert line in text


def test_without_the_packages_make_data_says_what_to_install(tmp_path):
    made = tmp_path / "make_data.py"
    text = (ROOT / "data" / "make_data.py").read_text("utf-8")
    made.write_text(text.replace("/usr/share/datasets/fashion-mnist", "/no/such/folder"), "utf-8")
    for module in ("sklearn", "skimage"):
        (tmp_path / f"{module}.py").write_text("raise ImportError")
    done = subprocess.run(
        [sys.executable, made, "--check"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == (
        "make_data: not installed:\n"
        "    scikit-learn             pip install scikit-learn\n"
        "    scikit-image             pip install scikit-image\n"
        "    dataset-fashion-mnist    apt-get install dataset-fashion-mnist   (Debian; looked in "
        "/no/such/folder)\n"
        "Nothing was written.\n"
    )
    assert sorted(path.name for path in tmp_path.iterdir() if path.suffix == ".npz") == []
