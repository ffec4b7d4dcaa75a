"""Small images whose masks differ, cut out of an example."""
import io

from PIL import Image

from black_box import ROOT

SIDE = 64


def cuttings():
    """Sixteen PNG files of SIDE x SIDE px, no two of which are alike."""
    picture = Image.open(ROOT / 'examples/fluorescence_small_256x256.png')
    return [_png(picture.crop((x, y, x + SIDE, y + SIDE)))
            for y in range(0, picture.height, SIDE) for x in range(0, picture.width, SIDE)]


def _png(image):
    out = io.BytesIO()
    image.save(out, 'PNG')
    return out.getvalue()
