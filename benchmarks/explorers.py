"""From a slider's move to the new picture, in a real JupyterLab: the explorers against `interact` with `plt.show()`."""

import statistics
import tempfile
from pathlib import Path

from tools import browser

PRESSES = 21
POSITIONS = 40
INTERVAL = 60  # milliseconds between two positions of a drag

# The same pictures as the explorers of these names, made anew for every position as `interact` is mostly used.
RANK = """
import matplotlib.pyplot as plt
import numpy as np
from ipywidgets import IntSlider, interact
from lessons import datasets, explore, factorise, figures

faces = datasets.faces(100, 16).reshape(100, -1).astype(float)
R = factorise.centre(faces)
P, Q = factorise.truncated_svd(R, 100)
errors = [np.linalg.norm(R - P[:, :k] @ Q[:, :k].T) / np.linalg.norm(R) for k in range(101)]

def show(K, face=0):
    figure, axes = plt.subplots(1, 4, figsize=(8.4, 2.8), layout="constrained")
    residual = R[face] - P[face, :K] @ Q[:, :K].T
    axes[0].imshow(faces[face].reshape(16, 16), cmap="gray", vmin=0, vmax=1)
    rebuilt = axes[1].imshow((faces[face] - residual).reshape(16, 16), cmap="gray", vmin=0, vmax=1)
    missing = axes[2].imshow(residual.reshape(16, 16), cmap="RdBu_r", vmin=-0.4, vmax=0.4)
    figure.colorbar(rebuilt, ax=axes[:2], location="bottom", shrink=0.6, aspect=25)
    figure.colorbar(missing, ax=axes[2], location="bottom", shrink=0.9, aspect=15)
    for axis in axes[:3]:
        axis.axis("off")
    axes[3].plot(errors)
    axes[3].plot(K, errors[K], "o")
    plt.show()

interact(show, K=IntSlider(value=10, max=100, readout=False), face=IntSlider(max=99, readout=False));
"""
ANGLE = """
import numpy as np
from ipywidgets import IntSlider, interact
from lessons import datasets, explore, factorise, figures

X = datasets.lego()
D = np.array([[1, 2], [1, 1], [1, 2], [1, 1]], dtype=float)
A = np.array([[1, 2, 0, 0], [0, 0, 1, 2]], dtype=float)

def show(angle):
    cos, sin = np.cos(np.deg2rad(angle)), np.sin(np.deg2rad(angle))
    D_new, A_new = factorise.rescale(D, A, np.diag([2, 0.5]) @ np.array([[cos, -sin], [sin, cos]]))
    figures.equation(("X", D_new @ A_new), "=", ("D'", D_new), "×", ("A'", A_new), title="mixed")

interact(show, angle=IntSlider(value=0, min=-90, max=90, step=5, readout=False));
"""
# For each explorer, the place of the slider to move among its sliders, and what stands above it in the same page.
EXPLORERS = {
    "lego": (0, ANGLE),
    "dictionary_error": (0, ANGLE),
    "scaling": (2, ANGLE),
    "valley": (1, ANGLE),
    "descent": (0, RANK),
    "rank": (0, RANK),
    "parts": (0, RANK),
    "recipe": (0, RANK),
    "hidden": (0, RANK),
}

# Counts the pictures of a cell as they come: a new address of an image in place, or a new image. A picture is there
# when it is decoded and the frame after it begins.
WATCH = """cell => {
    const seen = {times: [], positions: new Set(), pressed: 0};
    const done = image => image.decode().then(() => requestAnimationFrame(() => seen.times.push(performance.now())), () => {});
    new MutationObserver(changes => {
        for (const change of changes) {
            if (change.type === 'attributes' && change.target.tagName === 'IMG' && change.attributeName === 'src')
                done(change.target);
            if (change.attributeName === 'aria-valuenow') seen.positions.add(change.target.getAttribute('aria-valuenow'));
            for (const node of change.addedNodes || [])
                if (node.querySelectorAll)
                    for (const image of node.tagName === 'IMG' ? [node] : node.querySelectorAll('img')) done(image);
        }
    }).observe(cell, {subtree: true, childList: true, attributes: true, attributeFilter: ['src', 'aria-valuenow']});
    cell.addEventListener('keydown', () => { seen.pressed = performance.now(); }, true);
    cell.seen = seen;
}"""


def run():
    if not browser.chromium():
        print("\nThe explorers in a browser: skipped, since no Chromium or Chrome is installed.")
        return
    print(f"\nIn a JupyterLab page: a key press to its picture, median of {PRESSES};")
    print(f"pictures for {POSITIONS} positions of a drag, one every {INTERVAL} ms")
    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryDirectory() as settings:
        with browser.jupyter(Path(folder), Path(settings)) as address, browser.browser() as page:
            for name, (slider, interact) in EXPLORERS.items():
                browser.write_notebook(Path(folder) / f"{name}.ipynb", [interact, f"explore.{name}()"])
                with browser.run_all(page, address(f"lab/tree/{name}.ipynb")):
                    page.wait_for_timeout(3000)
                    _measure(page, name, slider)


def _measure(page, name, slider):
    cells = page.locator(".jp-Notebook .jp-CodeCell")
    first = None
    for cell, place, side in ((cells.nth(0), 0, "interact"), (cells.nth(1), slider, f"{name}()")):
        cell.scroll_into_view_if_needed()
        cell.evaluate(WATCH)
        milliseconds = _key_presses(page, cell, place)
        share = _drag(page, cell, place)
        first = first or milliseconds
        print(f"  {side:20} {milliseconds:6.0f} ms   {milliseconds / first:5.2f} x   {share:5.0%} of the drag")


def _key_presses(page, cell, slider):
    handle = cell.locator(".noUi-handle").nth(slider)
    handle.focus()
    waits = []
    for number in range(PRESSES):
        cell.evaluate("cell => { cell.seen.times = []; }")
        # To and fro, so that every press moves the slider.
        page.keyboard.press("ArrowLeft" if number % 2 else "ArrowRight")
        page.wait_for_function("cell => cell.seen.times.length", arg=cell.element_handle())
        waits.append(cell.evaluate("cell => cell.seen.times[0] - cell.seen.pressed"))
        page.wait_for_timeout(100)
    return statistics.median(waits)


def _drag(page, cell, slider):
    """The share of the slider's positions that got a picture of their own."""
    handle = cell.locator(".noUi-handle").nth(slider)
    track = cell.locator(".noUi-target").nth(slider).bounding_box()
    box = handle.bounding_box()
    height = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + box["width"] / 2, height)
    page.mouse.down()
    page.mouse.move(track["x"], height)
    page.wait_for_timeout(1000)
    cell.evaluate("cell => { cell.seen.times = []; cell.seen.positions = new Set(); }")
    for number in range(1, POSITIONS + 1):
        page.mouse.move(track["x"] + track["width"] * number / POSITIONS, height)
        page.wait_for_timeout(INTERVAL)
    page.mouse.up()
    page.wait_for_timeout(1000)
    pictures, positions = cell.evaluate("cell => [cell.seen.times.length, cell.seen.positions.size]")
    return pictures / positions
