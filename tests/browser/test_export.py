"""A notebook, run and exported as a web page, opened from disk in Chromium with no host in reach:
its widgets step and it prints.

Every widget's example is in it; the numbers of `spray` are compared with numpy's.
"""

from __future__ import annotations

import base64
import io
import os
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import nbformat
import numpy as np
import pytest
from examples import WIDGETS
from PIL import Image
from support import ROOT
from widget_page import by_axe, grid

from grader.export.page import WebPage
from grader.widgets.grids import MIME

IMAGE, KERNEL = np.arange(20.0).reshape(4, 5) % 7 - 2, np.array([[1.0, -2.0], [0.5, 3.0]])
START = f"""import sys
import numpy as np
from grader import check, figures, spray
sys.path.insert(0, {str(Path(__file__).resolve().parents[1])!r})
from examples import WIDGETS
image, kernel = np.array({IMAGE.tolist()}), np.array({KERNEL.tolist()})"""
CELLS = (
    nbformat.v4.new_markdown_cell(
        "# One step of a *convolution*\n\nWith $s = 2$:\n\n$$y_i = \\sum_u w_u x_{2i+u} \\tag{9}$$"
    ),
    nbformat.v4.new_code_cell(START),
    nbformat.v4.new_code_cell("spray(image, kernel, stride=2, pad=1)"),
    nbformat.v4.new_code_cell('spray(image[0], kernel[0]).folded("Step through it")'),
    *(nbformat.v4.new_code_cell(f"WIDGETS[{kind!r}]()") for kind in WIDGETS),
    nbformat.v4.new_code_cell(
        "def affine_forward(x, w, b):\n    print('mine')\n    return x @ w - "
        "b\n\ncheck(affine_forward)"
    ),
    nbformat.v4.new_code_cell("figures.spray_step(image[0], kernel[0], at=1, first=0, size=6)"),
    nbformat.v4.new_code_cell("print(image)\nprint('warned', file=sys.stderr)"),
)
STILL = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="90" height="40"><rect width="90" height="40" '
    'fill="#0072b2"/></svg>'
)
AWAY = "https://example.org"
HOSTILE = f"""<script>pwned()</script><img src=x onerror="pwned()"><img src="{AWAY}/a.png"><iframe src="{AWAY}"></iframe>
<link rel="stylesheet" href="{AWAY}/a.css"><div style="background: url({AWAY}/b.png)">b</div><svg onload="pwned()"></svg>"""


def write(path: Path, *cells: Any) -> Path:
    kernel = {"name": "python3", "display_name": "Python 3 (ipykernel)", "language": "python"}
    nbformat.write(
        nbformat.v4.new_notebook(cells=list(cells), metadata={"kernelspec": kernel}), path
    )
    return path


@pytest.fixture(scope="module")
def exported(tmp_path_factory) -> Path:
    """The page of a notebook that was run in a kernel and exported with one command."""
    path = write(tmp_path_factory.mktemp("export") / "mine.ipynb", *CELLS)
    command = [
        sys.executable,
        "-m",
        "nbconvert",
        "--execute",
        "--to",
        f"{WebPage.__module__}.{WebPage.__name__}",
        str(path),
    ]
    done = subprocess.run(
        command, cwd=path.parent, env=os.environ, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return path.with_suffix(".html")


@pytest.fixture
def opened(browser):
    """Return what opens a file where no host can be reached; in the end no host was asked for and
    nothing went wrong.
    """
    context = browser.new_context(viewport={"width": 1100, "height": 900})
    asked, ran = [], []
    context.route(
        "**/*",
        lambda route: route.continue_() if route.request.url.startswith("file:") else route.abort(),
    )
    context.expose_function("pwned", lambda: ran.append("pwned"))
    page = context.new_page()
    page.errors = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("pageerror", lambda error: page.errors.append(str(error)))
    page.on(
        "console",
        lambda message: page.errors.append(message.text) if message.type == "error" else None,
    )

    def at(path: Path) -> Any:
        page.goto(path.as_uri())
        page.wait_for_load_state("networkidle")
        return page

    yield at
    assert [url for url in asked if not url.startswith(("file:", "data:"))] == []
    assert (page.errors, ran) == ([], [])
    context.close()


def sums(image: np.ndarray, kernel: np.ndarray, stride: int, pad: int) -> np.ndarray:
    windows = np.lib.stride_tricks.sliding_window_view(np.pad(image, pad), kernel.shape)[
        ::stride, ::stride
    ]
    return np.einsum("ijuv,uv->ij", windows, kernel)


@pytest.mark.parametrize("kind", WIDGETS)
def test_every_widget_steps(exported, opened, kind):
    box = opened(exported).locator(f".widget[data-widget={kind}]").last
    assert box.locator(".cnn-widget").is_visible()
    assert not box.locator(".still").is_visible()
    stage, sentence = box.locator(".stage"), box.locator(".sentence")
    stage.press("Home")
    before = stage.inner_html(), sentence.inner_text()
    stage.press("End")
    after = stage.inner_html(), sentence.inner_text()
    assert after[0] != before[0]
    assert after[1] != before[1]


def test_the_numbers_of_every_step_are_numpys(exported, opened):
    box = opened(exported).locator(".widget[data-widget=spray]").first
    right = sums(IMAGE, KERNEL, stride=2, pad=1)
    np.testing.assert_array_equal(grid(box, "pixel"), np.pad(IMAGE, 1))
    for step in range(right.size):
        known = np.arange(right.size).reshape(right.shape) <= step
        np.testing.assert_array_equal(grid(box, "output"), np.where(known, right, np.nan))
        if step % 2:
            box.get_by_role("button", name="one step on").click()
        else:
            box.locator(".stage").press("ArrowRight")
    assert box.locator(".steps .told").first.inner_text() == f"{right.size} of {right.size}"


def test_a_folded_widget_opens_and_steps(exported, opened):
    box = opened(exported).locator(".widget[data-widget=spray]").nth(1)
    assert not box.locator("svg").first.is_visible()
    box.get_by_text("Step through it").click()
    box.locator(".stage").press("End")
    np.testing.assert_array_equal(grid(box, "output"), sums(IMAGE[:1], KERNEL[:1], stride=1, pad=0))


def test_all_else_is_shown_as_in_the_notebook(exported, opened):
    page = opened(exported)
    assert page.title() == "mine"
    assert page.get_by_role("heading", name="One step of a convolution").is_visible()
    assert page.locator("math").count() == 2
    assert "\\sum" not in page.locator("main").inner_text()
    assert page.get_by_role("group", name="check").inner_text().startswith("affine_forward: 0 of ")
    figure = page.locator(".output > img").last
    assert figure.evaluate("image => image.naturalWidth") > 100
    assert figure.get_attribute("alt")
    assert page.locator(".highlight .kn").first.inner_text() == "import"
    assert page.locator(".stderr").inner_text() == "warned\n"


def test_a_hostile_notebook_runs_nothing_and_harms_no_other_widget(opened, tmp_path):
    def shown(**data: Any) -> Any:
        return nbformat.v4.new_code_cell("", outputs=[nbformat.v4.new_output("display_data", data)])

    def widget(**data: Any) -> Any:
        good = {
            "x": [[1, 2, 3]],
            "w": [[1, 2]],
            "dy": None,
            "compare": None,
            "compares": "y",
            "stride": 1,
            "pad": 0,
        }
        good |= {"view": "forward gather", "row": True, "most": 20}
        return shown(
            **{
                MIME: {"widget": "spray", "data": good | data},
                "image/svg+xml": STILL,
                "text/plain": "the picture",
            }
        )

    evil = "\"'></svg></script><script>pwned()</script><img src=x onerror=pwned()>"
    bad = [
        {"x": evil},
        {"view": "__proto__"},
        {"x": [[]]},
        {"w": None},
        {"dy": [[evil]]},
        {"x": [[evil]]},
    ]
    cells = [
        shown(**{"text/html": HOSTILE, "text/plain": "-"}),
        *(widget(**data) for data in bad),
        widget(fold=evil),
        widget(),
    ]
    path = write(tmp_path / "mine.ipynb", nbformat.v4.new_markdown_cell(HOSTILE), *cells)
    exported = path.with_suffix(".html")
    exported.write_text(WebPage().from_filename(str(path))[0])
    page = opened(exported)
    assert page.get_by_role("img", name="the picture").count() == len(bad)
    assert page.locator(".widget").count() == 2
    page.locator("summary").click()
    for box in page.locator(".widget").all():
        np.testing.assert_array_equal(grid(box, "pixel"), [[1, 2, 3]])


RECORD = """async () => {
  const canvas = document.createElement("canvas");
  const recorder = new MediaRecorder(canvas.captureStream(25), {mimeType: "video/webm"});
  const parts = [];
  recorder.ondataavailable = (event) => parts.push(event.data);
  const done = new Promise((resolve) => (recorder.onstop = resolve));
  canvas.width = 160;
  canvas.height = 90;
  recorder.start();
  for (let hue = 0; hue < 360; hue += 40) {
    canvas.getContext("2d").fillStyle = `hsl(${hue} 80% 50%)`;
    canvas.getContext("2d").fillRect(0, 0, 160, 90);
    await new Promise((resolve) => setTimeout(resolve, 40));
  }
  recorder.stop();
  await done;
  const bytes = new Uint8Array(await new Blob(parts).arrayBuffer());
  return btoa(String.fromCharCode(...bytes));
}"""
HARMLESS = """# What a page holds

<div class="alert alert-info">The loss is $|s|$.</div>

<details><summary>More</summary>

*folded* ![beside](figures/a.png)

</details>

| norm | <font color="#b00020">value</font> |
|:--|--:|
| $|x|$ | 1<br>2 |

![attached](<attachment:my picture.png>) <img src="attachment:my%20picture.png" alt="half" width="30">
![away](https://example.org/a.png) ![none](figures/b.png)
"""
VECTORS = f"""<b onclick="pwned()">b</b><a href="javascript:pwned()">a</a><iframe srcdoc="<script>pwned()</script>"></iframe>
<video src="{AWAY}/a.mp4" poster="{AWAY}/a.png" onerror="pwned()"></video><audio src=x onerror="pwned()"></audio>
<object data="{AWAY}/a.pdf"></object><embed src="{AWAY}/a.pdf"><meta http-equiv="refresh" content="0;url={AWAY}">
<div style="position:fixed;inset:0;z-index:9">over</div><form action="{AWAY}"><input autofocus onfocus="pwned()"></form>
<svg xmlns="http://www.w3.org/2000/svg" onload="pwned()" width="20" height="20"><script>pwned()</script><image href="{AWAY}/a.png"/></svg>
<base href="{AWAY}/"><math><mtext><img src=x onerror="pwned()"></mtext></math><img src="figures/a.png" onload="pwned()">"""


def test_pictures_films_and_boxes_are_shown_and_nothing_of_a_strangers_runs(
    browser, opened, tmp_path
):
    blank = browser.new_page()
    film = blank.evaluate(RECORD)
    blank.close()
    (tmp_path / "figures").mkdir()
    drawn = io.BytesIO()
    Image.new("RGB", (60, 30), "#d55e00").save(drawn, "PNG")
    (tmp_path / "figures" / "a.png").write_bytes(drawn.getvalue())
    picture = base64.b64encode(drawn.getvalue()).decode()

    def output(metadata: dict | None = None, **data: Any) -> Any:
        return nbformat.v4.new_output("display_data", data, metadata=metadata or {})

    source = f'<source src="data:video/webm;base64,{film}" type="video/webm">'
    outputs = [
        output(**{"video/webm": film}),
        output(**{"text/html": f"<video autoplay loop width=80>{source}no video</video>"}),
        output({"image/png": {"width": 30, "height": 15}}, **{"image/png": picture}),
        output(**{"text/html": VECTORS}),
        output(**{"text/html": "<script>pwned()</script>", "application/vnd.plotly.v1+json": {}}),
        output(**{"application/javascript": "pwned()"}),
        output(**{"image/svg+xml": '<svg onload="pwned()" xmlns="http://www.w3.org/2000/svg"/>'}),
    ]
    prose = nbformat.v4.new_markdown_cell(HARMLESS)
    prose["attachments"] = {"my picture.png": {"image/png": picture}}
    hostile = nbformat.v4.new_markdown_cell(VECTORS)
    path = write(
        tmp_path / "mine.ipynb", prose, hostile, nbformat.v4.new_code_cell("", outputs=outputs)
    )
    exported = path.with_suffix(".html")
    exported.write_text(WebPage().from_filename(str(path))[0])
    page = opened(exported)
    sizes = "(element) => [element.naturalWidth, element.width, element.height]"
    for name, size in (("attached", [60, 60, 30]), ("half", [60, 30, 15])):
        assert page.get_by_role("img", name=name).evaluate(sizes) == size
    assert page.locator(".output > img").first.evaluate(sizes) == [60, 30, 15]
    assert not page.get_by_role("img", name="beside").is_visible()
    page.get_by_text("More", exact=True).click()
    assert page.get_by_role("img", name="beside").evaluate(sizes) == [60, 60, 30]
    assert page.locator("video").count() == 2
    for video in page.locator("video").all():
        video.evaluate("(video) => video.play()")
        assert video.evaluate("(video) => [video.videoWidth, video.videoHeight]") == [160, 90]
    assert (
        page.locator(".alert-info").evaluate("(box) => getComputedStyle(box).borderLeftWidth")
        == "5px"
    )
    assert page.locator("table td").first.locator("math").count() == 1
    said = page.locator("main").inner_text()
    assert "none (the picture figures/b.png is not shown: there is no such file" in said
    assert f"away (the picture {AWAY}/a.png is not shown: it lies on another host" in said
    assert said.count(f"The video {AWAY}/a.mp4 is not shown") == 2
    assert "application/vnd.plotly.v1+json is not shown" in said
    assert (
        page.locator("*").evaluate_all(
            "(all) => all.filter((one) => getComputedStyle(one).position === 'fixed').length"
        )
        == 0
    )
    for element in page.locator("b, a[href^=javascript]").all():
        element.click()
    assert by_axe(page, "html") == []


def test_print_shows_the_still_pictures_and_what_is_folded(exported, opened):
    page = opened(exported)
    page.emulate_media(media="print", color_scheme="dark")
    for box in page.locator(".widget").all():
        assert not box.locator(".drawn").is_visible()
        assert box.get_by_role("img").is_visible()
        assert box.locator(".still img").evaluate("image => image.naturalWidth") > 100
    printed = page.locator("details pre")
    assert printed.evaluate(
        "text => text.checkVisibility({contentVisibilityAuto: true, visibilityProperty: true})"
    )
    assert printed.bounding_box()["height"] > 10
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert page.pdf().startswith(b"%PDF-")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_serious(exported, opened, scheme):
    page = opened(exported)
    page.emulate_media(color_scheme=scheme)
    assert by_axe(page, "html") == []


def test_jupyterlabs_file_menu_exports_the_page(browser, served, tmp_path):
    files, installed = tmp_path / "files", tmp_path / "installed" / "cnn_gradients-0.dist-info"
    files.mkdir()
    installed.mkdir(parents=True)
    write(files / "mine.ipynb", *CELLS[:1])
    entries = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["entry-points"][
        "nbconvert.exporters"
    ]
    (installed / "METADATA").write_text("Metadata-Version: 2.1\nName: cnn-gradients\nVersion: 0\n")
    lines = (f"{name} = {value}" for name, value in entries.items())
    (installed / "entry_points.txt").write_text("\n".join(["[nbconvert.exporters]", *lines]))
    path = os.pathsep.join(
        filter(None, [str(installed.parent), str(ROOT), os.environ.get("PYTHONPATH")])
    )
    with served(files, files, tmp_path, PYTHONPATH=path) as address:
        page = browser.new_page(viewport={"width": 1150, "height": 900})
        with page.expect_response("**/api/nbconvert**", timeout=60_000):  # what the menu is made of
            page.goto(f"{address}/lab/tree/mine.ipynb?reset")
        page.get_by_text("Python 3 (ipykernel) | Idle").wait_for(timeout=60_000)
        page.get_by_role("menuitem", name="File", exact=True).click()
        page.locator(".lm-Menu-item", has_text="Save and Export Notebook As").hover()
        with page.expect_download() as download:
            page.locator(".lm-Menu-item", has_text="Webpage").click()
        saved = Path(download.value.path()).read_text()
        page.close()
    assert download.value.suggested_filename == "mine.html"
    assert "<title>mine</title>" in saved
    assert saved.count("<math") == 2
