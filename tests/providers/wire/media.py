"""Real media, made by code: what providers deliver. Lengths are exact, so that bills can be.

The program never decodes, so frames with a true header and nothing in them are speech enough.
"""
import struct

FRAME_MS = 24  # of MPEG-2 layer III at 24 kHz: 576 samples


def wav(ms):
    """24 kHz, mono, 16 bits, with the sizes of a file that was streamed: 0xFFFFFFFF."""
    pcm = bytes(48 * ms)
    head = struct.pack("<4sI4s4sIHHIIHH4sI", b"RIFF", 0xFFFFFFFF, b"WAVE", b"fmt ", 16, 1, 1,
                       24000, 48000, 2, 16, b"data", 0xFFFFFFFF)
    return head + pcm


def mp3(ms):
    """Constant 64 kb/s, no header frame; as long as the whole frames that fit."""
    return (b"\xff\xf3\x84\xc4" + bytes(188)) * (ms // FRAME_MS)


def box(kind, *content):
    body = b"".join(content)
    return struct.pack(">I4s", 8 + len(body), kind) + body


def full(kind, *content):
    return box(kind, bytes(4), *content)


MATRIX = struct.pack(">9I", 0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000)


def mp4(ms):
    """One track of video, 25 pictures a second, each a few bytes."""
    scale, delta, size = 1000, 40, 16
    count = ms // delta
    entry = struct.pack(">6xH16xHHIIIH32sHh", 1, 64, 48, 0x480000, 0x480000, 0, 1, b"", 24, -1)
    table = box(b"stbl",
                full(b"stsd", struct.pack(">I", 1), box(b"mp4v", entry)),
                full(b"stts", struct.pack(">III", 1, count, delta)),
                full(b"stsc", struct.pack(">IIII", 1, 1, count, 1)),
                full(b"stsz", struct.pack(">II", size, count)),
                full(b"stco", struct.pack(">II", 1, 0)))
    data = full(b"dref", struct.pack(">I", 1), struct.pack(">I4sI", 12, b"url ", 1))
    length = count * delta
    media = box(b"mdia",
                full(b"mdhd", struct.pack(">IIIIHH", 0, 0, scale, length, 0x55C4, 0)),
                full(b"hdlr", struct.pack(">I4s12x", 0, b"vide"), b"pictures\0"),
                box(b"minf", box(b"vmhd", struct.pack(">I8x", 1)), box(b"dinf", data), table))
    track = box(b"trak",
                box(b"tkhd", struct.pack(">IIIIII8xHHHH", 7, 0, 0, 1, 0, length, 0, 0, 0, 0),
                    MATRIX, struct.pack(">II", 64 << 16, 48 << 16)), media)
    movie = box(b"moov",
                full(b"mvhd", struct.pack(">IIIIIHH8x", 0, 0, scale, length, 0x10000, 0x100, 0),
                     MATRIX, bytes(24), struct.pack(">I", 2)), track)
    head = box(b"ftyp", b"isom", struct.pack(">I", 512), b"isommp42")
    at = len(head) + len(movie) + 8
    movie = movie[:movie.rindex(b"stco") + 12] + struct.pack(">I", at) + \
        movie[movie.rindex(b"stco") + 16:]
    return head + movie + box(b"mdat", bytes(size * count))


SRT = "1\n00:00:00,000 --> 00:00:02,400\nA counting house at dusk.\n\n"
VTT = "WEBVTT\n\n00:00.000 --> 00:02.400\nA counting house at dusk.\n"


def of(kind, ms):
    """(media type, bytes) of wav, mp3 or mp4."""
    types = {"wav": "audio/wav", "mp3": "audio/mpeg", "mp4": "video/mp4"}
    return types[kind], {"wav": wav, "mp3": mp3, "mp4": mp4}[kind](ms)
