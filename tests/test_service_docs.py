"""The examples of docs/service.md do what it says."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from tests.service import Service, running

GUIDE = (Path(__file__).parent.parent / "docs" / "service.md").read_text(encoding="utf-8")
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
JSON, *_ = (block for language, block in BLOCK.findall(GUIDE) if language == "json")
CURLS = [block for language, block in BLOCK.findall(GUIDE) if language == "sh" and block.startswith("curl")]
IMAGE = '<p>Look:</p><ac:image><ri:attachment ri:filename="picture.png" /></ac:image>'

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed"),
]


@pytest.fixture(scope="module")
def service() -> Iterator[Service]:
    with running("--workers", "1") as started:
        yield started


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The files that the examples name."""
    hello = json.loads(JSON)
    (tmp_path / "hello.json").write_text(JSON, encoding="utf-8")
    (tmp_path / "outline.json").write_text(json.dumps({**hello, "answers": []}), encoding="utf-8")
    body = {"need": {"body": {"page_id": "1"}}, "answer": {"body": {"format": "storage", "value": IMAGE}}}
    image = {
        "need": {"attachment": {"page_id": "1", "filename": "picture.png"}},
        "answer": {"media": {"file": "file0"}},
    }
    (tmp_path / "picture.json").write_text(json.dumps({**hello, "answers": [body, image]}), encoding="utf-8")
    Image.new("RGB", (40, 20), "teal").save(tmp_path / "picture.png")
    return tmp_path


@pytest.mark.parametrize("example", CURLS, ids=range(len(CURLS)))
def test_every_example_works(example: str, service: Service, folder: Path) -> None:
    command = example.replace("http://127.0.0.1:8040", service.url)

    done = subprocess.run(["sh", "-ec", command], cwd=folder, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stdout + done.stderr
    for name in re.findall(r"-o (\S+)", example):
        check(folder / name)
    if "/v1/needs" in example:
        assert json.loads(done.stdout) == {"needs": [{"body": {"page_id": "1"}}]}


def check(path: Path) -> None:
    """It is what its name says."""
    data = path.read_bytes()
    match path.suffix:
        case ".pdf":
            assert data.startswith(b"%PDF-")
        case ".png":
            assert data.startswith(b"\x89PNG")
        case ".zip":
            with zipfile.ZipFile(path) as archive:
                assert archive.namelist() == ["document.pdf", "manifest.json"]
                assert json.loads(archive.read("manifest.json"))["complete"]
        case _:
            pytest.fail(f"nobody knows what {path.name} is")
