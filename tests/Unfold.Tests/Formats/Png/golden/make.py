"""Makes small PNG files of every kind with zlib alone, and prints them beside the pixels that a reader must find.

    python3 make.py > pictures.txt

Each picture is 5 pixels wide and 3 high; sample values are (37 * y + 11 * x + 71 * c) modulo the range. A line: name, channels, the file in base64, the
pixels as 8-bit numbers in hexadecimal, channel by channel.
"""
import base64
import struct
import zlib

WIDTH, HEIGHT = 5, 3
PASSES = [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)]


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def sample(x, y, c, depth):
    return (37 * y + 11 * x + 71 * c) % (1 << min(depth, 8)) * (257 if depth == 16 else 1)


def pack(samples, depth):
    bits = "".join(format(s, f"0{depth}b") for s in samples)
    bits += "0" * (-len(bits) % 8)
    return bytes(int(bits[i:i + 8], 2) for i in range(0, len(bits), 8))


def paeth(a, b, c):
    p = a + b - c
    pa, pb, pc = abs(p - a), abs(p - b), abs(p - c)
    return a if pa <= pb and pa <= pc else b if pb <= pc else c


def filtered(rows, step):
    """Every row with another of the five filters."""
    out, before = b"", bytes(len(rows[0])) if rows else b""
    for number, row in enumerate(rows):
        kind = (number + 1) % 5
        line = bytearray()
        for i, value in enumerate(row):
            a = row[i - step] if i >= step else 0
            b = before[i]
            c = before[i - step] if i >= step else 0
            line.append((value - [0, a, b, (a + b) // 2, paeth(a, b, c)][kind]) % 256)
        out += bytes([kind]) + bytes(line)
        before = row
    return out


def picture(color, depth, interlaced=False):
    channels = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}[color]
    step = max(1, channels * depth // 8)

    def row(y, xs):
        return pack([sample(x, y, c, depth) for x in xs for c in range(channels)], depth)

    if interlaced:
        data = b""
        for x0, y0, dx, dy in PASSES:
            xs = range(x0, WIDTH, dx)
            rows = [row(y, xs) for y in range(y0, HEIGHT, dy)] if len(xs) else []
            data += filtered(rows, step)
    else:
        data = filtered([row(y, range(WIDTH)) for y in range(HEIGHT)], step)
    palette = bytes((5 * i + 3 * c) % 256 for i in range(1 << depth) for c in range(3)) if color == 3 else b""
    packed = zlib.compress(data)
    file = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", WIDTH, HEIGHT, depth, color, 0, 0, int(interlaced)))
    if palette:
        file += chunk(b"PLTE", palette)
    # Image data in two chunks: readers must join them.
    file += chunk(b"IDAT", packed[:7]) + chunk(b"IDAT", packed[7:]) + chunk(b"IEND", b"")
    seen = 3 if color & 2 else 1
    pixels = bytearray()
    for c in range(seen):
        for y in range(HEIGHT):
            for x in range(WIDTH):
                if color == 3:
                    pixels.append(palette[3 * sample(x, y, 0, depth) + c])
                else:
                    value = sample(x, y, c, depth)
                    pixels.append(value >> 8 if depth == 16 else value * 255 // ((1 << depth) - 1))
    return seen, file, bytes(pixels)


KINDS = [("grey1", 0, 1), ("grey2", 0, 2), ("grey4", 0, 4), ("grey8", 0, 8), ("grey16", 0, 16), ("rgb8", 2, 8), ("rgb16", 2, 16), ("palette1", 3, 1), ("palette4", 3, 4),
         ("palette8", 3, 8), ("grey_alpha8", 4, 8), ("rgb_alpha8", 6, 8), ("rgb_alpha16", 6, 16)]
for name, color, depth in KINDS:
    for interlaced in (False, True):
        channels, file, pixels = picture(color, depth, interlaced)
        print(name + ("_interlaced" if interlaced else ""), channels, base64.b64encode(file).decode(), pixels.hex())
