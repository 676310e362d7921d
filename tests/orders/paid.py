"""A running `tallyman up` that knows three payment platforms, and orders to be paid."""
import atexit
import os
import sqlite3
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "web"))

from order_rows import COLUMNS, an_order  # noqa: E402
from platforms import Platforms  # noqa: E402
from served import Served  # noqa: E402

FOLDER = tempfile.TemporaryDirectory(prefix="tallyman-platforms-")
atexit.register(FOLDER.cleanup)
PLATFORMS = []


def platforms():
    """Their keys take a while to make, and tests can share them."""
    if not PLATFORMS:
        PLATFORMS.append(Platforms(FOLDER.name))
    return PLATFORMS[0]


class Paid(Served):
    extra = {}  # more of the environment

    def setUp(self):
        self.platforms = platforms()
        self.opened = 0
        super().setUp()
        self.call("PUT", "/api/accounts/ann", {})

    def begin(self):
        self.environment |= self.platforms.environment | self.extra
        super().begin()

    def rows(self, sql, values=()):
        store = sqlite3.connect(os.path.join(self.data, "tallyman.db"), timeout=20)
        try:
            with store:
                return store.execute(sql, values).fetchall()
        finally:
            store.close()

    def order(self, user="ann"):
        self.opened += 1
        account = self.rows("SELECT id FROM accounts WHERE user = ?", (user,))[0][0]
        row = an_order(self.opened, account)
        self.rows(f"INSERT INTO orders ({', '.join(COLUMNS)}) VALUES "
                  f"({', '.join('?' * len(row))})", row)
        return row[0]

    def state(self, order):
        """Its status, flags and what there is to be looked at."""
        status, flags, review = self.rows("SELECT status, flags, review FROM orders WHERE id = ?",
                                          (order,))[0]
        return ("pending", "paid", "refunded", "closed")[status], flags, review

    def told(self, notice):
        """What the platform is answered: the status and the body."""
        path, body, headers = notice
        connection = self.connect()
        connection.request("POST", path, body=body, headers=headers)
        response = connection.getresponse()
        return response.status, response.read().decode()

    def balance(self, user="ann"):
        return self.call("GET", f"/api/credits/balance/{user}")[1]["credits"]

    def notices(self):
        return self.rows("SELECT provider, id, outcome FROM payment_notices ORDER BY number")

    def tearDown(self):
        self.ok("audit")
        super().tearDown()
