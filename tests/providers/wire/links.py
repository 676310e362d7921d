"""What providers keep behind links, with the bad days of those: used by speech.py and tasks.py."""
import time

from . import media
from .protocol import Protocol

JUNK = b'{"error": {"message": "the file is gone", "code": "not_found"}}'


class Linked(Protocol):
    """A provider whose answers name links into /media. The mark of the job is part of the link."""
    kind = "mp4"

    def link(self, turn=1):
        """A link; `turn` is how often it has been asked for, since some sign anew each time."""
        fault, tag = self.request.fault or "fine", self.request.tag or "-"
        return f"{self.request.base}/media/{fault}/{tag}/made.{self.kind}?signed={turn}"

    def open_media(self, fault, tag):
        """No key is asked for: links are signed."""
        self.request.fault, self.request.tag = fault, tag
        number = self.count(self.book.asked, "fetch")
        kind, body = self.made(self.kind)
        signed = int(self.request.query.get("signed", 1))
        handler = self.handler
        if fault == "hold-fetch" and not self.book.release.wait(120):
            return
        if fault == "dead-link" and signed < 2:
            handler.answer(403, b"<Error>AccessDenied</Error>", Content_Type="text/xml")
        elif fault == "no-link":
            handler.answer(404, b"gone", Content_Type="text/plain")
        elif fault == "junk-result":
            handler.answer(200, JUNK, Content_Type=kind)
        elif fault == "flaky-link" and number == 1:
            handler.answer(503, b"busy", Content_Type="text/plain")
        elif fault == "cut-result" and number == 1:
            handler.head(200, Content_Length=len(body), Content_Type=kind)
            handler.wfile.write(body[:len(body) // 2])
            handler.close_connection = True
        elif fault == "odd-type":
            handler.answer(200, body, Content_Type="text/plain; charset=utf-8")
        elif fault == "slow-result":
            handler.head(200, Content_Length=len(body), Content_Type=kind)
            for part in range(10):
                handler.wfile.write(body[len(body) * part // 10:len(body) * (part + 1) // 10])
                time.sleep(0.05)
        else:
            handler.answer(200, body, Content_Type=kind)


LINK = ("GET", r"/media/([a-z0-9-]+)/([A-Za-z0-9-]+)/made\.\w+", "open_media")
TEXTS = {"srt": ("text/plain", media.SRT), "vtt": ("text/vtt", media.VTT)}
