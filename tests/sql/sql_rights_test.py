#!/usr/bin/env python3
"""What a role may do that was given EXECUTE on tallyman.enqueue and USAGE on its schema."""
import unittest

from sql_support import Enqueue, Refused


class LeastPrivilege(Enqueue):
    def setUp(self):
        super().setUp()
        self.role = f"shop_{self.database}"
        self.sql(f"CREATE ROLE {self.role} LOGIN; GRANT USAGE ON SCHEMA tallyman TO {self.role}")
        self.as_shop = self.session(self.url.replace("//postgres@", f"//{self.role}@"))

    def test_without_the_right_nobody_can_enqueue(self):
        self.no("42501", self.as_shop, "SELECT tallyman.enqueue('script', 'ann')")

    def test_whoever_may_enqueue_can_do_that_and_nothing_else(self):
        self.sql(f"GRANT EXECUTE ON FUNCTION tallyman.enqueue TO {self.role}")
        job = self.enqueue("'script'", "'ann'", "'{}'", "'k1'", by=self.as_shop)
        self.assertEqual(self.enqueue("'script'", "'ann'", "'{}'", "'k1'", by=self.as_shop), job)
        tables = self.sql("SELECT c.relname FROM pg_class c WHERE c.relnamespace = "
                          "'tallyman'::regnamespace AND c.relkind IN ('r', 'p', 'v')").split()
        self.assertIn("inbox", tables)
        for table in tables:
            for what in ("SELECT * FROM tallyman.%s", "DELETE FROM tallyman.%s",
                         "INSERT INTO tallyman.%s DEFAULT VALUES", "TRUNCATE tallyman.%s",
                         "DROP TABLE tallyman.%s", "ALTER TABLE tallyman.%s DISABLE TRIGGER ALL"):
                with self.assertRaises(Refused, msg=what % table) as caught:
                    self.as_shop.ask(what % table)
                # Not allowed, or not possible with a view or a partitioned table.
                self.assertIn(caught.exception.code, ("42501", "42809", "55000"),
                              caught.exception)
        for sequence in ("job_ids", "account_ids", "entry_numbers"):
            self.no("42501", self.as_shop, f"SELECT setval('tallyman.{sequence}', 1)")
            self.no("42501", self.as_shop, f"SELECT nextval('tallyman.{sequence}')")
        self.no("42501", self.as_shop, "SELECT tallyman.make_room()")
        self.no("42501", self.as_shop, "CREATE TABLE tallyman.mine ()")
        self.no("42501", self.as_shop, "SET ROLE tallyman_app")
        self.work()
        self.reaches(job, "completed")

    def test_the_caller_s_own_names_do_not_stand_in_for_ours(self):
        self.sql(f"GRANT EXECUTE ON FUNCTION tallyman.enqueue TO {self.role}")
        self.sql(f"GRANT CREATE ON DATABASE {self.database} TO {self.role}")
        self.as_shop.ask("CREATE SCHEMA mine")
        self.as_shop.ask("CREATE FUNCTION mine.length(text) RETURNS int LANGUAGE plpgsql AS "
                         "$$ BEGIN EXECUTE 'CREATE ROLE taken SUPERUSER'; RETURN 5; END $$")
        self.as_shop.ask("SET search_path = mine, pg_catalog")
        self.enqueue("'script'", "'ann'", by=self.as_shop)
        self.assertEqual(self.sql("SELECT count(*) FROM pg_roles WHERE rolname = 'taken'"), "0")


if __name__ == "__main__":
    unittest.main()
