"""What every explorer is made of: controls, a picture that is redrawn in milliseconds, and a sentence with the numbers.

Only core widgets, so that JupyterLab, Notebook, Colab (ipywidgets 7.7.1) and voila show the same.
"""

import contextlib
import functools
import html
import io
import itertools

import ipywidgets as widgets
import matplotlib as mpl
import numpy as np
from matplotlib import font_manager
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.image import AxesImage
from matplotlib.text import Text
from PIL import Image, ImageDraw, ImageFont
from threadpoolctl import threadpool_limits

from lessons import figures, show

WIDTH = 8.4  # inches; a notebook beside an open file browser has room for it
DPI = 100
HALF = 415  # pixels, for a control
LETTERS = 12.5  # pixels, the smallest of a picture (9 points)


class Picture:
    """A matplotlib figure, `height` inches high, of which the fixed parts are drawn once, to redraw quickly what moves.

    `cmaps` are the names of the colour maps that its moving images use.
    """

    def __init__(self, height, *cmaps):
        self.figure = Figure(figsize=(WIDTH, height), dpi=DPI, layout="constrained")
        self.canvas = FigureCanvasAgg(self.figure)
        self.palette = _palette(cmaps)
        self.background, self.places = None, {}

    def png(self, *artists):
        """The figure with its moving artists, the same in every call, on top of what is fixed; texts last. PNG bytes."""
        if self.background is None:
            for artist in artists:
                artist.set_animated(True)
            self.canvas.draw()
            texts = [artist for artist in artists if isinstance(artist, Text)]
            self.places = {text: text.get_transform().transform(text.get_position()) for text in texts}
            self.background = self.canvas.copy_from_bbox(self.figure.bbox)
        self.canvas.restore_region(self.background)
        pixels = np.asarray(self.canvas.buffer_rgba())
        for artist in artists:
            if isinstance(artist, AxesImage):
                _stamp(pixels, artist)
            elif artist not in self.places:
                self.figure.draw_artist(artist)
        image = Image.fromarray(pixels).convert("RGB")
        draw = ImageDraw.Draw(image)
        for text, (x, y) in self.places.items():
            # Matplotlib's own layout of a text takes twenty times as long.
            look = {"font": font(text.get_fontsize()), "anchor": "mm", "align": "center"}
            draw.text((x, image.height - y), text.get_text(), text.get_color(), **look)
        file = io.BytesIO()
        # Against true colour, a palette takes a fifth of the time to encode and half of the bytes.
        image.quantize(palette=self.palette, dither=Image.Dither.NONE).save(file, "PNG", compress_level=1)
        return file.getvalue()


def _palette(cmaps):
    """256 colours: greys for text and axes, tints of the line colours, and the rest shared by the colour maps."""
    greys = np.linspace((0, 0, 0), (1, 1, 1), 32)
    tints = [1 - strength * (1 - np.array(to_rgb(colour))) for colour in figures.COLOURS for strength in (1, 0.7, 0.35)]
    left = 256 - len(greys) - len(tints)
    maps = [mpl.colormaps[name](np.linspace(0, 1, left // len(cmaps)))[:, :3] for name in cmaps]
    colours = np.concatenate([greys, tints, *maps])
    colours[colours.min(axis=1) > 0.98] = 1  # Pillow looks colours up roughly, and the page should stay white
    palette = Image.new("P", (1, 1))
    palette.putpalette((255 * colours).round().astype(np.uint8).tobytes())
    return palette


def _stamp(pixels, image):
    """Write an image into the pixels, nearest neighbour: matplotlib's own resampling takes ten times as long."""
    box = image.get_window_extent()
    left, right = round(box.x0), round(box.x1)
    top, bottom = len(pixels) - round(box.y1), len(pixels) - round(box.y0)
    colours = np.asarray(image.to_rgba(image.get_array(), bytes=True))
    colours[colours[..., 3] == 0] = 255  # NaN, the gap between atoms
    rows = np.arange(bottom - top) * colours.shape[0] // (bottom - top)
    columns = np.arange(right - left) * colours.shape[1] // (right - left)
    # A pixel as one number, and rows before columns, takes a tenth of the time of both at once in four channels.
    colours, pixels = (array.view(np.uint32)[..., 0] for array in (colours, pixels))
    pixels[top:bottom, left:right] = colours[rows][:, columns]


@functools.cache
def font(points):
    """Matplotlib's own default font."""
    path = font_manager.findfont("DejaVu Sans")
    return ImageFont.truetype(path, points * DPI / 72, layout_engine=ImageFont.Layout.BASIC)


def equation(axis, *terms, rows=(), **colours):
    """Prepare matrices with their entries, pairs (name, array), and the signs between them; a cell is 1 wide.

    Returns (fill, artists): fill(*matrices) sets their entries; artists are what moves.
    """
    images, width, height = figures.side_by_side(axis, terms, rows, 18, colours)
    axis.set(xlim=(-0.8 if rows else -0.1, width + 0.1), ylim=(height + 0.1, -0.7))
    # What is written first does not matter, but that each cell gets a text: an empty one would be left out.
    texts = [figures.write_on(image, str) for image in images]

    def fill(*matrices):
        for each in zip(images, texts, matrices):
            set_entries(*each)

    return fill, [*images, *itertools.chain(*texts)]


def set_entries(image, texts, values, zero="0"):
    """Set the entries of a heat map, and what is written on them."""
    image.set_data(values)
    colours = figures.readable_on(image.to_rgba(values).reshape(-1, 4))
    for text, value, colour in zip(texts, values.flat, colours):
        text.set_text(f"{round(value, 2) + 0.0:g}" if value else zero)
        text.set_color(colour)


def bare_image(axis, title, side, cmap=figures.PHOTO, vmin=0, vmax=1):
    """An image without axes, its pixels still to come."""
    axis.axis("off")
    axis.set_title(title)
    return axis.imshow(np.zeros((side, side)), cmap=cmap, vmin=vmin, vmax=vmax)


# ---- Controls ----


def number(description, value, low, high, step, continuous=True):
    """A slider for a number. What is slow to compute waits until the slider is let go (`continuous` false)."""
    kind = widgets.IntSlider if isinstance(step, int) else widgets.FloatSlider
    return kind(value=value, min=low, max=high, step=step, description=description, continuous_update=continuous)


def choice(description, value, options, continuous=True):
    """A slider over numbers that do not lie evenly."""
    return widgets.SelectionSlider(options=options, value=value, description=description, continuous_update=continuous)


def _row(control, label, play):
    """A control with its name; a slider gets a box for typing as well, since not every page moves it with arrow keys."""
    box, trait = control, "value"
    if isinstance(control, widgets.SelectionSlider):
        box, trait = widgets.Dropdown(options=control.options, index=control.index), "index"
    elif isinstance(control, (widgets.IntSlider, widgets.FloatSlider)):
        kind = widgets.BoundedIntText if isinstance(control, widgets.IntSlider) else widgets.BoundedFloatText
        box = kind(value=control.value, min=control.min, max=control.max, step=control.step)
    control.description, box.description = "", control.description
    box.style.description_width, box.layout.width = f"{label}px", f"{label + 200}px"
    parts = [box]
    if box is not control:
        # Linked here and not in the browser, from where a drag would send two messages a position.
        widgets.link((box, trait), (control, trait))
        box.layout.width, control.layout.width = f"{label + 90}px", f"{HALF - label - 110}px"
        control.readout = False
        parts.append(control)
    if play:
        # The buttons of the widget that plays have no names, so it stands behind one that says Play.
        last = len(control.options) - 1 if trait == "index" else control.max
        player = widgets.Play(max=last, value=getattr(control, trait), layout=widgets.Layout(display="none"))
        widgets.link((player, "value"), (control, trait))
        button = widgets.ToggleButton(description="Play", icon="play", layout=widgets.Layout(width="90px"))
        playing = "playing" if player.has_trait("playing") else "_playing"  # ipywidgets 7
        widgets.jslink((button, "value"), (player, playing))
        parts += [button, player]
    # Two to a line; a Play button needs a line to itself.
    return widgets.HBox(parts, layout=widgets.Layout(width=f"{2 * HALF if play else HALF}px", max_width="100%"))


class Explorer(widgets.VBox):
    """A box that stands in a saved notebook, and where widgets are not shown, as what it says at its start."""

    start = ""

    def __repr__(self):
        return show.wrapped(f"Explorer, at its start. {self.start} Run this cell to move its controls.")

    def _repr_mimebundle_(self, **kwargs):
        bundle = super()._repr_mimebundle_(**kwargs)
        # Widgets cut their text off after 110 letters.
        return bundle and {**bundle, "text/plain": repr(self)}


def explorer(picture, artists, controls, draw, bar=None):
    """Controls, the picture they change, and under it the sentence that says what the picture shows.

    `artists` are what moves in the Picture; `controls` is a dict of name to widget, and one named step gets a Play button;
    `draw` takes their values by name, moves the artists and returns the sentence; `bar` shows how far it has computed.
    The Explorer that is returned has the attributes controls (that dict), picture and text (both HTML).
    """
    width = f"{WIDTH * DPI:.0f}px"
    # As HTML, since an Image widget gives its picture no alternative text.
    shown = widgets.HTML(layout=widgets.Layout(width="100%", overflow="auto"))
    text = widgets.HTML(layout=widgets.Layout(width=width, max_width="100%", min_height="50px"))

    def update(_change=None):
        # Two threads on products as small as these wait for each other, on a busy machine for ages. Looking the libraries
        # up takes 2 ms, each time anew, since a method may have loaded another one.
        with threadpool_limits(1, "blas"):
            sentence = draw(**{name: control.value for name, control in controls.items()})
            shown.value = _image(picture, picture.png(*artists))
        text.value = f'<div role="status" style="font-size: 14px; line-height: 1.5">{html.escape(sentence)}</div>'
        return sentence

    start = update()
    for control in controls.values():
        control.observe(update, "value")
    label = 20 + 7 * max(len(control.description) for control in controls.values())
    rows = widgets.HBox(
        [_row(control, label, play=name == "step") for name, control in controls.items()],
        layout=widgets.Layout(flex_flow="row wrap", width=width, max_width="100%"),
    )
    box = Explorer([rows, *([bar] if bar else []), shown, text])
    box.controls, box.picture, box.text, box.start = controls, shown, text, start
    return box


def _image(picture, png):
    """The picture as HTML, low enough to leave room for the controls on a small or magnified screen."""
    width, height = picture.canvas.get_width_height()
    shape = width / height
    limit = f"max({180 * shape:.0f}px, {110 * shape:.0f}vh - {340 * shape:.0f}px)"
    words = "Picture of the explorer: the sentence below says it in words."
    return figures.image_html(png, words, width, height, LETTERS, limit)


# ---- What is slow to compute ----


def progress_bar():
    return widgets.IntProgress(layout=widgets.Layout(width="100%", height="8px", visibility="hidden"))


@contextlib.contextmanager
def computing(bar, description, total):
    """Show the progress bar as long as the computation goes on."""
    bar.value, bar.max, bar.description, bar.layout.visibility = 0, total, description, "visible"
    try:
        yield
    finally:
        bar.layout.visibility = "hidden"
