"""Build the optional reader of codes, for phones whose browser has none: python tools/reader.py DIR.

It is a wheel of its own, made from a published library (`qr`, MIT or Apache-2.0) that npm fetches and this file's digest pins: no
line of it stands in this repository, and the app works without it. Install the wheel beside Mingbai, and phones keep its files.
"""

import base64
import hashlib
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from pathlib import Path

LIBRARY, VERSION = "qr", "0.7.0"
PINNED = (
    "fd5aeb00298e0306558a9b91213c1f13038be6800c1071f93d398159a1ad953a"
    "26d9387169afab8669dae3353d3d1376b8bc36c1d71c6e41ce2c665bd50f5274"
)
NAME, FOLDER = "mingbai-reader", "mingbai_reader"
TAKEN = {"decode.js": "scan/decode.js", "index.js": "scan/index.js"}
LICENCES = ("LICENSE", "LICENSE-MIT")
READS = """// The optional reader: the texts in a picture, by a library that lies beside this file.
import { decodeQR } from "./decode.js";

const SIDE = 1280;
const canvas = document.createElement("canvas");

export async function read(source) {
  const [width, height] = [source.videoWidth || source.width, source.videoHeight || source.height];
  const scale = Math.min(1, SIDE / Math.max(width, height));
  canvas.width = Math.round(width * scale);
  canvas.height = Math.round(height * scale);
  const pen = canvas.getContext("2d", { willReadFrequently: true });
  pen.drawImage(source, 0, 0, canvas.width, canvas.height);
  const seen = pen.getImageData(0, 0, canvas.width, canvas.height);
  try {
    return [decodeQR({ width: canvas.width, height: canvas.height, data: seen.data })];
  } catch {
    return [];
  }
}
"""
METADATA = f"""Metadata-Version: 2.4
Name: {NAME}
Version: {VERSION}
Summary: Reads codes on phones whose browser can't, for Mingbai's field app.
License-Expression: MIT OR Apache-2.0
Requires-Python: >=3.11
"""
WHEEL = "Wheel-Version: 1.0\nGenerator: tools/reader.py\nRoot-Is-Purelib: true\nTag: py3-none-any\n"


def fetched(where: Path) -> Path:
    """Return the library as npm gives it, when it is the very one that is pinned."""
    subprocess.run(
        ["npm", "pack", f"{LIBRARY}@{VERSION}", "--silent"],
        cwd=where,
        check=True,
        stdout=subprocess.DEVNULL,
    )
    found = where / f"{LIBRARY}-{VERSION}.tgz"
    if hashlib.sha512(found.read_bytes()).hexdigest() != PINNED:
        raise SystemExit(f"{found.name} is not the file that is pinned here; nothing was built.")
    return found


def files_of(library: Path) -> dict[str, bytes]:
    """Return the files of the wheel by their names in it."""
    info = f"{FOLDER}-{VERSION}.dist-info"
    found = {
        f"{FOLDER}/__init__.py": b"",
        f"{FOLDER}/static/scan/reader.js": READS.encode(),
        f"{info}/METADATA": METADATA.encode(),
        f"{info}/WHEEL": WHEEL.encode(),
    }
    with tarfile.open(library) as packed:
        for name, place in TAKEN.items():
            found[f"{FOLDER}/static/{place}"] = packed.extractfile(f"package/{name}").read()
        for name in LICENCES:
            found[f"{info}/licenses/{name}"] = packed.extractfile(f"package/{name}").read()
    lines = [f"{name},sha256={digest(content)},{len(content)}" for name, content in found.items()]
    record = f"{info}/RECORD"
    found[record] = "\n".join([*lines, f"{record},,", ""]).encode()
    return found


def digest(content: bytes) -> str:
    """Return a file's fingerprint as a wheel's record writes it."""
    return base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()


def build(to: Path) -> Path:
    """Build the wheel, the same bytes each time; return where it lies."""
    to.mkdir(parents=True, exist_ok=True)
    made = to / f"{FOLDER}-{VERSION}-py3-none-any.whl"
    with tempfile.TemporaryDirectory() as folder, zipfile.ZipFile(made, "w") as wheel:
        for name, content in files_of(fetched(Path(folder))).items():
            wheel.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    return made


if __name__ == "__main__":
    if len(sys.argv) != 2:
        raise SystemExit(__doc__)
    print(build(Path(sys.argv[1])))
