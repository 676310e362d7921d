"""What goes wrong while an order is paid, on PostgreSQL: many callbacks at once on two hosts, and a
program that is killed between any two statements. Whatever happens, the order is granted once."""
import os
import sys
import threading
import unittest
from urllib.parse import urlsplit, urlunsplit

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "web"))
sys.path.insert(0, os.path.join(HERE, "..", "support"))
sys.path.insert(0, os.path.join(HERE, "..", "pay"))

import http.client  # noqa: E402

from kill_proxy import KillProxy  # noqa: E402
from order_rows import COLUMNS, an_order  # noqa: E402
from paid import platforms  # noqa: E402
from private_postgres import PrivatePostgres  # noqa: E402
from served import CliTest  # noqa: E402
from wechat import APP, Platform  # noqa: E402


def literal(value):
    return str(value) if isinstance(value, int) else "'" + value.replace("'", "''") + "'"


class BadDays(CliTest):
    def setUp(self):
        super().setUp()
        self.postgres = PrivatePostgres()
        self.addCleanup(self.postgres.close)
        self.environment |= platforms().environment | {"TALLYMAN_STORE_URL": self.postgres.url}
        self.ok("migrate")
        self.ok("grant", "ann", "1")
        self.account = int(self.postgres.psql("SELECT id FROM tallyman.accounts"))
        self.opened = 0

    def tearDown(self):
        self.ok("audit")
        super().tearDown()

    def api(self):
        """A program that answers, and where."""
        api = self.start("api")
        for _ in range(5):
            line = api.stdout.readline().decode()
            if line.startswith("listening on "):
                return api, urlsplit(line.split()[-1])
        self.fail("it never listened")

    def order(self):
        self.opened += 1
        row = an_order(self.opened, self.account)
        self.postgres.psql(f"INSERT INTO tallyman.orders ({', '.join(COLUMNS)}) VALUES "
                           f"({', '.join(map(literal, row))})")
        return row[0]

    @staticmethod
    def tell(address, notice):
        """The status; none: the program was gone before it answered."""
        path, body, headers = notice
        connection = http.client.HTTPConnection(address.hostname, address.port, timeout=30)
        try:
            connection.request("POST", path, body=body, headers=headers)
            return connection.getresponse().status
        except (OSError, http.client.HTTPException):
            return None
        finally:
            connection.close()

    def grants(self, order):
        return int(self.postgres.psql("SELECT count(*) FROM tallyman.entries WHERE kind = 0 AND "
                                      f"note LIKE 'order {order}%'"))

    def state(self, order):
        return self.postgres.psql("SELECT status, review FROM tallyman.orders "
                                  f"WHERE id = '{order}'")

    def together(self, calls):
        answers, gate = [None] * len(calls), threading.Barrier(len(calls))

        def one(number):
            gate.wait()
            answers[number] = self.tell(*calls[number])
        threads = [threading.Thread(target=one, args=(number,)) for number in range(len(calls))]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return answers

    def test_many_callbacks_on_two_hosts_grant_an_order_once(self):
        p = platforms()
        (_, here), (_, there) = self.api(), self.api()
        for round_ in range(8):
            order, trade = self.order(), f"T{round_}"
            same = p.wechat_paid(order, trade=trade, id_=f"EV{round_}")
            other = p.wechat_paid(order, trade=trade, id_=f"again-{round_}")
            old_form = p.wechat_v2_paid(order, trade=trade)
            answers = self.together([(here, same), (there, same), (here, other), (there, other),
                                     (here, old_form), (there, old_form)])
            self.assertEqual(answers, [200] * 6)
            self.assertEqual((self.grants(order), self.state(order)), (1, "1|"))
        told = self.postgres.psql("SELECT count(*) FROM tallyman.payment_notices")
        self.assertEqual(told, str(8 * 3))
        self.assertEqual(self.ask("account", "ann")["balance"], 521 + 8 * 550)

    def test_three_callbacks_and_a_question_at_once_on_two_hosts_grant_an_order_once(self):
        wechat = Platform()
        self.addCleanup(wechat.close)
        self.environment = {key: value for key, value in self.environment.items()
                            if "WECHAT" not in key} | wechat.environment()
        (_, here), (_, there) = self.api(), self.api()
        asked = []
        for round_ in range(5):
            order = self.order()
            wechat.pays(order)
            told = [platforms().wechat_paid(order, trade=f"T{order}", id_=id_, appid=APP,
                                            signer=wechat.keys, serial="PUB_KEY_ID_1")
                    for id_ in (f"EV{round_}", f"again-{round_}")]
            question = threading.Thread(
                target=lambda order=order: asked.append(self.tallyman("orders", "query", order)))
            question.start()
            answers = self.together([(here, told[0]), (there, told[0]), (there, told[1])])
            question.join()
            self.assertEqual(answers, [200] * 3)
            self.assertEqual((self.grants(order), self.state(order)), (1, "1|"))
        self.assertEqual([answer.code for answer in asked], [0] * 5,
                         [answer.err for answer in asked])
        self.assertEqual(sorted(wechat.asked), sorted(set(wechat.asked)))
        self.assertEqual(self.ask("account", "ann")["balance"], 521 + 5 * 550)

    def test_two_payments_at_once_on_two_hosts_grant_an_order_once(self):
        p = platforms()
        (_, here), (_, there) = self.api(), self.api()
        for round_ in range(8):
            order = self.order()
            answers = self.together([
                (here, p.wechat_paid(order, trade=f"T{round_}", id_=f"EV{round_}")),
                (there, p.alipay_paid(order, trade=f"A{round_}", id_=f"N{round_}"))])
            self.assertEqual(answers, [200] * 2)
            self.assertEqual((self.grants(order), self.state(order)), (1, "1|second_payment"))

    def test_a_program_that_is_killed_between_any_two_statements(self):
        url = urlsplit(self.postgres.url)
        proxy = KillProxy(url.hostname, url.port)
        self.addCleanup(proxy.close)
        by_proxy = urlunsplit(url._replace(netloc=f"postgres@127.0.0.1:{proxy.port}"))
        kills = 0
        for after in (False, True):
            for at in range(20):
                order = self.order()
                notice = platforms().wechat_paid(order, trade=f"T{at}{after}",
                                                 id_=f"EV{at}{after}")
                self.environment["TALLYMAN_STORE_URL"] = by_proxy
                api, address = self.api()
                proxy.arm(api.kill, at, after)
                answer = self.tell(address, notice)
                killed, proxy.kill = proxy.kill is None, None
                self.assertEqual(answer is None, killed)
                self.stop(api)
                self.environment["TALLYMAN_STORE_URL"] = self.postgres.url
                self.ok("audit")
                self.assertLessEqual(self.grants(order), 1)
                again, address = self.api()
                self.assertEqual([self.tell(address, notice) for _ in range(2)], [200] * 2)
                self.stop(again)
                self.assertEqual((self.grants(order), self.state(order)), (1, "1|"))
                if not killed:
                    break
                kills += 1
        print(f"killed {kills} times in the middle of paying an order")
        self.assertGreaterEqual(kills, 6)


if __name__ == "__main__":
    unittest.main()
