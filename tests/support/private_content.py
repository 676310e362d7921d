"""What the files of private_http.py consist of."""
import array
import sys
import threading


class Content:
    """Bytes that tell where they are: little-endian words, word i being i * 2654435761 mod 2^32."""

    def __init__(self):
        self.made, self.lock = b"", threading.Lock()

    def first(self, size):
        with self.lock:
            if len(self.made) < size:
                words = array.array(
                    "I", (i * 2654435761 & 0xFFFFFFFF for i in range(size // 4 + 1)))
                if sys.byteorder == "big":
                    words.byteswap()
                self.made = words.tobytes()
            return memoryview(self.made)[:size]
