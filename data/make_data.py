"""Make the image sets of this folder anew, byte for byte, from the packages they come from.

    python data/make_data.py            writes digits.npz, fashion.npz and cat.npz beside this file
    python data/make_data.py --check    writes nothing; compares the files and a new build with the
    hashes in README.md

The packages are no requirement of the course; README.md beside this file says how to install them,
and their licences.
"""

import argparse
import gzip
import hashlib
import io
import re
import sys
import zipfile
from pathlib import Path

import numpy as np

HERE = Path(__file__).resolve().parent
FASHION = Path("/usr/share/datasets/fashion-mnist")
SEED = 0
TEST_PER_CLASS = 50
FASHION_PER_CLASS = 200
SOURCES = {
    "scikit-learn": "pip install scikit-learn",
    "scikit-image": "pip install scikit-image",
    "dataset-fashion-mnist": "apt-get install dataset-fashion-mnist   (Debian; looked in "
    f"{FASHION})",
}


def digits():
    """Return all 1797 digits of scikit-learn: 50 of each class to test on, the rest to train on."""
    from sklearn.datasets import load_digits  # noqa: PLC0415 (each set needs its own package)

    found = load_digits()
    images, labels = found.images.astype(np.uint8), found.target.astype(np.uint8)
    random = np.random.RandomState(SEED)  # its stream is frozen, unlike default_rng's
    classes = [random.permutation(np.flatnonzero(labels == c)) for c in range(10)]
    test = random.permutation(np.concatenate([c[:TEST_PER_CLASS] for c in classes]))
    train = random.permutation(np.concatenate([c[TEST_PER_CLASS:] for c in classes]))
    return split(images[train], labels[train], images[test], labels[test])


def fashion():
    """Return 200 images of every class from Fashion-MNIST's training set, 50 from its test set."""
    random = np.random.RandomState(SEED)
    parts = []
    for name, per_class in (("train", FASHION_PER_CLASS), ("t10k", TEST_PER_CLASS)):
        images, labels = idx(f"{name}-images-idx3-ubyte.gz"), idx(f"{name}-labels-idx1-ubyte.gz")
        classes = [random.permutation(np.flatnonzero(labels == c))[:per_class] for c in range(10)]
        chosen = random.permutation(np.concatenate(classes))
        parts += [images[chosen], labels[chosen]]
    return split(*parts)


def cat():
    """Return 256 x 256 pixels of scikit-image's Chelsea, in grey, every 4 x 4 of them averaged to
    one. Whole numbers only.
    """
    from skimage.data import chelsea  # noqa: PLC0415

    red, green, blue = np.moveaxis(chelsea().astype(int), 2, 0)
    grey = (299 * red + 587 * green + 114 * blue + 500) // 1000  # the luma of ITU-R BT.601
    face = grey[20:276, 100:356].reshape(64, 4, 64, 4)
    return {"image": ((face.sum(axis=(1, 3)) + 8) // 16).astype(np.uint8)}


def split(train_images, train_labels, test_images, test_labels):
    """Return the four arrays under the names they have in the file."""
    return {
        "train_images": train_images,
        "train_labels": train_labels,
        "test_images": test_images,
        "test_labels": test_labels,
    }


def idx(name):
    """Return the array in a gzipped IDX file: two zeros, 8 for bytes, the number of axes, their
    lengths, the bytes.
    """
    raw = gzip.decompress((FASHION / name).read_bytes())
    shape = np.frombuffer(raw, ">u4", count=raw[3], offset=4)
    return np.frombuffer(raw, np.uint8, offset=4 + 4 * raw[3]).reshape(shape)


def npz(arrays):
    """Return the bytes of an .npz file that depend on nothing but the arrays: np.savez writes the
    time of day.
    """
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, array in arrays.items():
            entry = zipfile.ZipInfo(f"{name}.npy", date_time=(1980, 1, 1, 0, 0, 0))
            entry.compress_type, entry.create_system = zipfile.ZIP_DEFLATED, 3
            content = io.BytesIO()
            np.lib.format.write_array(
                content, np.ascontiguousarray(array), version=(1, 0), allow_pickle=False
            )
            archive.writestr(entry, content.getvalue(), compresslevel=9)
    return file.getvalue()


def missing():
    """Return the sources that are not installed."""
    absent = [] if (FASHION / "train-images-idx3-ubyte.gz").is_file() else ["dataset-fashion-mnist"]
    for module, package in (("skimage", "scikit-image"), ("sklearn", "scikit-learn")):
        try:
            __import__(module)
        except ImportError:
            absent.insert(0, package)
    return absent


def recorded():
    """Return the sha256 of every file as README.md has it."""
    return dict(
        re.findall(
            r"^\| `(\w+\.npz)` .* `([0-9a-f]{64})` \|$",
            (HERE / "README.md").read_text("utf-8"),
            re.M,
        )
    )


def differences(made):
    """Yield a line for every file, here or newly made, whose hash is not README.md's."""
    hashes = recorded()
    for name, new in made.items():
        here = HERE / name
        for what, content in {
            "the file": here.read_bytes() if here.is_file() else None,
            "a new build": new,
        }.items():
            found = "missing" if content is None else hashlib.sha256(content).hexdigest()
            if found != hashes.get(name):
                yield f"{name}: {what} is {found}, README.md says {hashes.get(name, 'nothing')}"


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument(
        "--check", action="store_true", help="write nothing; compare with the hashes in README.md"
    )
    check = parser.parse_args().check
    if absent := missing():
        lines = [f"    {name:24} {SOURCES[name]}" for name in absent]
        sys.exit("\n".join(["make_data: not installed:", *lines, "Nothing was written."]))
    made = {f"{make.__name__}.npz": npz(make()) for make in (digits, fashion, cat)}
    if check:
        if wrong := list(differences(made)):
            sys.exit("\n".join(wrong))
        print(f"{', '.join(made)}: as README.md says, here and in a new build")
        return
    for name, content in made.items():
        (HERE / name).write_bytes(content)
        print(f"{name:12} {len(content):8} bytes  sha256 {hashlib.sha256(content).hexdigest()}")


if __name__ == "__main__":
    main()
