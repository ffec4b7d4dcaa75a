"""Images as the programs write them that people have: each case is a row of docs/formats.md and a file to read."""
import dataclasses
import io
import pathlib
import subprocess

import cv2
import numpy
import tifffile
from PIL import Image, ImageOps

try:
    import rasterio  # GDAL; there is none ready-made for every processor
except ImportError:
    rasterio = None

HEIGHT, WIDTH = 45, 70  # neither is a multiple of a tile


@dataclasses.dataclass
class Case:
    """A file, and what must be read of it: `samples` as [t, z, y, x, channel], or nothing where it is refused."""
    format: str
    samples: str
    layout: str
    writer: str
    content: bytes
    expected: numpy.ndarray | None
    becomes: str
    tolerance: int = 0


def noise(dtype, *shape):
    """Reproducible samples that use the whole range of their type."""
    generator = numpy.random.default_rng(7)
    shape = shape or (HEIGHT, WIDTH)
    dtype = numpy.dtype(dtype)
    if dtype.kind == 'f':
        return (generator.random(shape) * 2000 - 1000).astype(dtype)
    limits = numpy.iinfo(dtype)
    return generator.integers(limits.min, limits.max, shape, dtype, endpoint=True)


def plane(array):
    """A single image of one channel or several, as [t, z, y, x, channel]."""
    return array.reshape(1, 1, *array.shape[:2], -1)


def pillow(image, name, **options):
    file = io.BytesIO()
    image.save(file, name, **options)
    return file.getvalue()


def opencv(array, extension, *options):
    """OpenCV keeps colours as blue, green, red."""
    swapped = array if array.ndim == 2 else numpy.ascontiguousarray(array[..., [2, 1, 0, 3][:array.shape[2]]])
    done, encoded = cv2.imencode(extension, swapped, options)
    assert done
    return encoded.tobytes()


def imagemagick(array, *options, to):
    """`to`: the name of a format as ImageMagick has it."""
    source = opencv(array, '.png')
    return subprocess.run(['/usr/bin/convert', 'png:-', *options, f'{to}:-'], input=source, check=True,
                          capture_output=True).stdout


def gdal(array, folder, **options):
    """`array`: [channel, y, x]."""
    path = pathlib.Path(folder) / 'gdal.tif'
    count, height, width = array.shape
    with rasterio.open(path, 'w', driver='GTiff', count=count, height=height, width=width, dtype=array.dtype,
                       **options) as file:
        file.write(array)
    return path.read_bytes()


def tiff(array, **options):
    file = io.BytesIO()
    tifffile.imwrite(file, array, **options)
    return file.getvalue()


def png_cases():
    grey, colour, rgba = noise('u1'), noise('u1', HEIGHT, WIDTH, 3), noise('u1', HEIGHT, WIDTH, 4)
    bilevel = grey > 127
    palette = Image.fromarray(grey % 16).convert('L')
    palette.putpalette([c for i in range(256) for c in (i, 255 - i, i * 7 % 256)])
    coloured = numpy.asarray(palette.convert('RGB'))
    yield Case('PNG', '1 bit', 'grey', 'Pillow', pillow(Image.fromarray(bilevel), 'PNG'), plane(bilevel * numpy.uint8(255)),
               '8 bits, 0 and 255')
    for bits in (2, 4):
        step = 255 // (2**bits - 1)
        quantised = (grey // (256 // 2**bits) * step).astype('u1')
        content = imagemagick(quantised, '-define', f'png:bit-depth={bits}', to='png')
        assert content[24] == bits
        yield Case('PNG', f'{bits} bits', 'grey', 'ImageMagick', content, plane(quantised),
                   '8 bits, stretched to 0 to 255')
    yield Case('PNG', '8 bits', 'grey', 'OpenCV', opencv(grey, '.png'), plane(grey), 'as it is')
    yield Case('PNG', '8 bits', 'palette', 'Pillow', pillow(palette, 'PNG'), plane(coloured), 'RGB')
    yield Case('PNG', '8 bits', 'palette with transparency', 'Pillow', pillow(palette, 'PNG', transparency=3),
               plane(coloured), 'RGB, transparency dropped')
    yield from palettes_of_few_bits(palette, grey)
    yield Case('PNG', '8 bits', 'grey and alpha', 'Pillow', pillow(Image.merge('LA', [Image.fromarray(rgba[..., c]) for c in (0, 1)]), 'PNG'),
               plane(rgba[..., :1]), 'grey, alpha dropped')
    yield Case('PNG', '8 bits', 'RGB', 'OpenCV', opencv(colour, '.png'), plane(colour), 'as it is')
    yield Case('PNG', '8 bits', 'RGB, one colour transparent', 'Pillow',
               pillow(Image.fromarray(colour), 'PNG', transparency=tuple(colour[0, 0].tolist())), plane(colour),
               'RGB, transparency dropped')
    yield Case('PNG', '8 bits', 'RGB, interlaced', 'ImageMagick', imagemagick(colour, '-interlace', 'PNG', to='png24'),
               plane(colour), 'as it is')
    yield Case('PNG', '8 bits', 'RGBA', 'OpenCV', opencv(rgba, '.png'), plane(rgba[..., :3]), 'RGB, alpha dropped')
    for layout, array in (('grey', noise('u2')), ('RGB', noise('u2', HEIGHT, WIDTH, 3))):
        yield Case('PNG', '16 bits', layout, 'OpenCV', opencv(array, '.png'), plane(array), 'as it is')
    deep = noise('u2', HEIGHT, WIDTH, 4)
    yield Case('PNG', '16 bits', 'RGBA', 'OpenCV', opencv(deep, '.png'), plane(deep[..., :3]), 'RGB, alpha dropped')


def palettes_of_few_bits(palette, grey):
    for bits in (1, 2, 4):
        image = Image.fromarray(grey % 2**bits)
        image.putpalette(palette.getpalette())
        content = pillow(image, 'PNG', bits=bits)
        assert content[24:26] == bytes([bits, 3])
        yield Case('PNG', '1, 2 and 4 bits', 'palette', 'Pillow', content, plane(numpy.asarray(image.convert('RGB'))), 'RGB')


def jpeg_cases():
    smooth = cv2.GaussianBlur(noise('u1', HEIGHT, WIDTH, 3), (0, 0), 3)
    colour = Image.fromarray(smooth)
    cases = [('grey', {}, 'as it is', smooth[..., 0], Image.fromarray(smooth[..., 0])),
             ('RGB', {}, 'RGB', smooth, colour),
             ('RGB, progressive', {'progressive': True}, 'RGB', smooth, colour)]
    for orientation in range(1, 9):
        turned = colour.copy()
        turned.getexif()[0x0112] = orientation
        upright = numpy.asarray(ImageOps.exif_transpose(turned))
        cases.append(('RGB, EXIF orientation', {'exif': turned.getexif()}, 'RGB, turned upright', upright, colour))
    for layout, options, becomes, expected, image in cases:
        content = pillow(image, 'JPEG', quality=100, subsampling=0, **options)
        yield Case('JPEG', '8 bits', layout, 'Pillow', content, plane(expected), becomes, tolerance=4)
    yield Case('JPEG', '8 bits', 'CMYK', 'Pillow', pillow(colour.convert('CMYK'), 'JPEG'), None, 'refused')


def tiff_depth_cases():
    for kind, name in (('u1', '8 bits'), ('u2', '16 bits'), ('u4', '32 bits'), ('i1', '8 bits, signed'),
                       ('i2', '16 bits, signed'), ('i4', '32 bits, signed'), ('f4', '32 bits, float'),
                       ('f8', '64 bits, float')):
        array = noise(kind)
        kept = kind in ('u1', 'u2')
        becomes = 'as it is' if kept or kind == 'f4' else '32 bits, float' + (
            ', rounded beyond 24 bits' if kind in ('u4', 'i4', 'f8') else '')
        for order, byteorder in (('little-endian', '<'), ('big-endian', '>')):
            yield Case('TIFF', name, f'grey, {order}', 'tifffile', tiff(array, byteorder=byteorder),
                       plane(array if kept else array.astype('f4')), becomes)
    yield Case('TIFF', '16 bits, float', 'grey', 'tifffile', tiff(noise('f2')), None, 'refused')
    yield Case('TIFF', '64 bits', 'grey', 'tifffile', tiff(noise('u8')), None, 'refused')
    yield Case('TIFF', '64 bits, complex', 'grey', 'tifffile', tiff(noise('f4').astype('c8')), None, 'refused')
    yield Case('TIFF', '1 bit', 'grey', 'Pillow', pillow(Image.fromarray(noise('u1') > 127), 'TIFF'), None, 'refused')
    yield Case('TIFF', '8 bits', 'palette', 'Pillow', pillow(Image.fromarray(noise('u1')).convert('P'), 'TIFF'), None,
               'refused')
    yield Case('TIFF', '8 bits', 'CMYK', 'Pillow',
               pillow(Image.fromarray(noise('u1', HEIGHT, WIDTH, 3)).convert('CMYK'), 'TIFF'), None, 'refused')


def tiff_layout_cases():
    colour = noise('u1', HEIGHT, WIDTH, 3)
    deep = noise('u2')
    white = noise('u1')
    yield Case('TIFF', '8 bits', 'grey, white is zero', 'tifffile', tiff(white, photometric='miniswhite'),
               plane(255 - white), 'inverted')
    yield Case('TIFF', '8 bits', 'RGB', 'OpenCV', opencv(colour, '.tiff'), plane(colour), 'as it is')
    for kind, samples in (('u2', '16 bits'), ('f4', '32 bits, float')):
        array = noise(kind, HEIGHT, WIDTH, 3)
        yield Case('TIFF', samples, 'RGB', 'OpenCV', opencv(array, '.tiff', cv2.IMWRITE_TIFF_COMPRESSION, 5), plane(array),
                   'as it is')
    yield Case('TIFF', '32 bits, float', 'RGB, LogLuv', 'OpenCV', opencv(array, '.tiff'), None, 'refused')
    yield Case('TIFF', '16 bits', 'grey, LZW', 'ImageMagick', imagemagick(deep, '-compress', 'lzw', to='tiff'), plane(deep),
               'as it is')
    rgba = noise('u1', HEIGHT, WIDTH, 4)
    grey_and_alpha = Image.merge('LA', [Image.fromarray(rgba[..., c]) for c in (0, 1)])
    yield Case('TIFF', '8 bits', 'grey and alpha', 'Pillow', pillow(grey_and_alpha, 'TIFF'), plane(rgba[..., :1]),
               'grey, alpha dropped')
    yield Case('TIFF', '8 bits', 'RGBA', 'Pillow', pillow(Image.fromarray(rgba), 'TIFF'), plane(rgba[..., :3]),
               'RGB, alpha dropped')
    for layout, options in (('RGB, tiles', {'tile': (16, 32)}), ('RGB, BigTIFF', {'bigtiff': True}),
                            ('RGB, one strip', {'rowsperstrip': HEIGHT}), ('RGB, strips of 7 rows', {'rowsperstrip': 7})):
        yield Case('TIFF', '8 bits', layout, 'tifffile', tiff(colour, photometric='rgb', **options), plane(colour),
                   'as it is')
    yield Case('TIFF', '8 bits', 'RGB, planes', 'tifffile',
               tiff(numpy.moveaxis(colour, -1, 0), photometric='rgb', planarconfig='separate'), plane(colour), 'as it is')


GDAL_LAYOUTS = [{'interleave': interleave, **tiles} for interleave in ('pixel', 'band')
                for tiles in ({}, {'tiled': True, 'blockxsize': 32, 'blockysize': 16})]


def gdal_compression_cases(folder):
    """Each compression with each size of samples and each layout, and with each predictor that it may have."""
    for name in ('None', 'LZW', 'Deflate', 'PackBits', 'LZMA', 'ZSTD'):
        for kind in ('u1', 'u2', 'f4', 'u4'):
            array = noise(kind, 5, HEIGHT, WIDTH)
            kept = kind != 'u4'
            expected = plane(numpy.moveaxis(array if kept else array.astype('f4'), 0, -1))
            predictors = [{}]
            if name in ('LZW', 'Deflate', 'ZSTD'):
                predictors.append({'predictor': 3 if kind == 'f4' else 2})
            layout = f'5 channels, {"not compressed" if name == "None" else name}: in strips and tiles, interleaved and in planes'
            if len(predictors) > 1:
                layout += ', with and without predictor'
            for options in (predictor | tiles for predictor in predictors for tiles in GDAL_LAYOUTS):
                yield Case('TIFF', '8 and 16 bits; 32 bits, float' if kept else '32 bits', layout, 'GDAL',
                           gdal(array, folder, compress=name, **options), expected,
                           'as it is' if kept else '32 bits, float, rounded beyond 24 bits')


def gdal_refused_cases(folder):
    """Compressions that may change samples, samples that share bytes, and more channels than are read."""
    colour = noise('u1', 3, HEIGHT, WIDTH)
    yield Case('TIFF', '8 bits', 'RGB, LERC', 'GDAL', gdal(colour, folder, compress='LERC', max_z_error=0), None, 'refused')
    yield Case('TIFF', '8 bits', 'RGB, WebP', 'GDAL',
               gdal(colour, folder, compress='WEBP', webp_lossless=True, interleave='pixel'), None, 'refused')
    yield Case('TIFF', '12 bits', 'grey', 'GDAL', gdal(noise('u2', 1, HEIGHT, WIDTH) % 4096, folder, nbits=12), None, 'refused')
    many = noise('u1', 65, HEIGHT, WIDTH)
    yield Case('TIFF', '8 bits', '64 channels', 'GDAL', gdal(many[:64], folder), plane(numpy.moveaxis(many[:64], 0, -1)),
               'as it is')
    yield Case('TIFF', '8 bits', '65 channels', 'GDAL', gdal(many, folder), None, 'refused')


def tiff_compression_cases():
    grey = noise('u1')
    for name, layout in (('lzw', 'LZW'), ('zip', 'Deflate'), ('rle', 'PackBits')):
        yield Case('TIFF', '8 bits', f'grey, {layout}', 'ImageMagick', imagemagick(grey, '-compress', name, to='tiff'), plane(grey),
                   'as it is')
    for name, layout in (('tiff_lzw', 'LZW'), ('tiff_adobe_deflate', 'Deflate'), ('packbits', 'PackBits')):
        yield Case('TIFF', '8 bits', f'grey, {layout}', 'Pillow', pillow(Image.fromarray(grey), 'TIFF', compression=name), plane(grey),
                   'as it is')
    yield Case('TIFF', '8 bits', 'grey, JPEG', 'Pillow', pillow(Image.fromarray(grey), 'TIFF', compression='jpeg'), None,
               'refused')
    yield Case('TIFF', '1 bit', 'grey, fax (CCITT)', 'Pillow',
               pillow(Image.fromarray(grey > 127), 'TIFF', compression='group4'), None, 'refused')


def pyramid(colour):
    """As microscopes' programs keep it: each smaller copy in a directory below that of the image."""
    file = io.BytesIO()
    options = {'photometric': 'rgb', 'tile': (16, 16), 'compression': 'zlib'}
    with tifffile.TiffWriter(file, ome=True, bigtiff=True) as writer:
        writer.write(colour, subifds=2, metadata={'axes': 'YXS'}, **options)
        for step in (2, 4):
            writer.write(colour[::step, ::step], subfiletype=1, **options)
    return file.getvalue()


def stack_cases():
    stack = noise('u2', 2, 3, 2, HEIGHT, WIDTH)  # time, depth, channels
    expected = numpy.moveaxis(stack, 2, -1)
    yield Case('OME-TIFF', '16 bits', 'TZCYX', 'tifffile', tiff(stack, ome=True, metadata={'axes': 'TZCYX'}), expected,
               'times, depth, channels')
    yield Case('OME-TIFF', '16 bits', 'CTZYX', 'tifffile',
               tiff(numpy.ascontiguousarray(numpy.moveaxis(stack, 2, 0)), ome=True, metadata={'axes': 'CTZYX'}), expected,
               'times, depth, channels')
    yield Case('OME-TIFF', '16 bits', 'TZCYX, BigTIFF, tiles, Deflate', 'tifffile',
               tiff(stack, ome=True, metadata={'axes': 'TZCYX'}, bigtiff=True, tile=(16, 32), compression='zlib'), expected,
               'times, depth, channels')
    floats = noise('f4', 4, HEIGHT, WIDTH)
    yield Case('OME-TIFF', '32 bits, float', 'CYX', 'tifffile', tiff(floats, ome=True, metadata={'axes': 'CYX'}),
               plane(numpy.moveaxis(floats, 0, -1)), 'channels')
    colour = noise('u1', 3, HEIGHT, WIDTH, 3)
    yield Case('OME-TIFF', '8 bits', 'ZYXS', 'tifffile',
               tiff(colour, ome=True, photometric='rgb', metadata={'axes': 'ZYXS'}), colour[None], 'depth, RGB')
    yield Case('OME-TIFF', '8 bits', 'SYX', 'tifffile',
               tiff(numpy.moveaxis(colour[0], -1, 0), ome=True, photometric='rgb', planarconfig='separate',
                    metadata={'axes': 'SYX'}), plane(colour[0]), 'RGB')
    yield Case('OME-TIFF', '8 bits', 'YXS, pyramid', 'tifffile', pyramid(colour[0]), plane(colour[0]), 'RGB')
    yield Case('ImageJ hyperstack', '16 bits', 'TZCYX', 'tifffile', tiff(stack, imagej=True, metadata={'axes': 'TZCYX'}),
               expected, 'times, depth, channels')
    yield Case('ImageJ hyperstack', '32 bits, float', 'ZYX', 'tifffile',
               tiff(stack[0, :, 0].astype('f4'), imagej=True, metadata={'axes': 'ZYX'}),
               stack[:1, :, 0, ..., None].astype('f4'), 'depth')
    yield Case('TIFF, several pages', '16 bits', 'axes told', 'tifffile', tiff(stack, metadata={'axes': 'TZCYX'}, photometric='minisblack'),
               expected, 'times, depth, channels')
    pages = [Image.fromarray(noise('u1')) for _ in range(3)]
    yield Case('TIFF, several pages', '8 bits', 'axes not told', 'Pillow',
               pillow(pages[0], 'TIFF', save_all=True, append_images=pages[1:]), None, 'refused without `axes`')


def cases(folder):
    for made in (png_cases(), jpeg_cases(), tiff_depth_cases(), tiff_layout_cases(),
                 *((gdal_compression_cases(folder), gdal_refused_cases(folder)) if rasterio else ()),
                 tiff_compression_cases(), stack_cases()):
        yield from made
