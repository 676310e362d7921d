"""Ways of private_http.py to serve files that are downloaded: late, and in pieces."""

PAGE = b"<!DOCTYPE html><html><body>Please sign in.</body></html>"


class PrivateDownloads:
    def serve_sound(self):
        """Begins like an MP3 file."""
        self.text(200, b"ID3" + bytes(self.content.first(self.size)), "audio/mpeg")

    def serve_late(self):
        """There from the second request for this very address on."""
        if self.server.owner.first_of(self.path):
            self.text(404, PAGE, "text/html")
        else:
            self.serve_sound()

    def serve_breaks(self):
        """Each answer ends after 50,000 bytes."""
        self.break_off(ETag='"v1"')

    def serve_breaks_changed(self):
        """The same, and each time it is another file."""
        self.break_off(ETag='"%d"' % self.server.owner.count())

    def serve_breaks_bare(self):
        self.break_off()

    def break_off(self, **fields):
        first, last = self.asked_range() or (0, self.size - 1)
        if "If-Range" in self.headers and self.headers["If-Range"] != fields.get("ETag"):
            first, last = 0, self.size - 1
        said = {"Content_Range": f"bytes {first}-{last}/{self.size}"} if first else {}
        self.head(206 if first else 200, Content_Length=last - first + 1, **said, **fields)
        self.put(self.content.first(self.size)[first:min(last + 1, first + 50_000)])
        if last + 1 > first + 50_000:
            self.hang_up()
