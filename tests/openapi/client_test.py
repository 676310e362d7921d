"""The TypeScript client: type-checked, built, and used against a running server."""

import re
import unittest

import npm
from recorder import RunningTest, token_of


class Client(RunningTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        npm.prepare_client()
        npm.run("npm", "run", "build", folder=npm.CLIENT)

    def run_node(self, *command):
        try:
            return npm.run(*command, folder=npm.CLIENT, environment={
                "TALLYMAN_URL": self.url, "TALLYMAN_KEY": self.key,
                "TALLYMAN_TOKEN": token_of("ann")})
        except npm.Failed as failed:
            self.fail(str(failed))

    def test_works(self):
        files = sorted((npm.CLIENT / "dist/test").glob("*.test.js"))
        self.assertEqual(len(files), len(list((npm.CLIENT / "test").glob("*.test.ts"))))
        text = self.run_node("node", "--test", *files)
        passed = int(re.search(r"^# pass (\d+)$", text, re.MULTILINE).group(1))
        self.assertGreater(passed, 30, text)
        self.assertIn("# skipped 0", text)

    def test_is_used_as_its_readme_says(self):
        """As another package would: from what is published only."""
        readme = (npm.CLIENT / "README.md").read_text(encoding="utf-8")
        example = "".join(re.findall(r"^```ts\n(.*?)^```", readme, re.MULTILINE | re.DOTALL))
        self.assertIn("http://127.0.0.1:8420", example)
        user = npm.FOLDER / "user"
        (user / "node_modules").mkdir(parents=True, exist_ok=True)
        (user / "package.json").write_text('{"type": "module"}', encoding="utf-8")
        (user / "example.ts").write_text(example.replace("http://127.0.0.1:8420", self.url),
                                         encoding="utf-8")
        link = user / "node_modules/tallyman"
        if not link.is_symlink():
            link.symlink_to(npm.CLIENT)
        types = npm.CLIENT / "node_modules/@types"
        self.run_node("npx", "--no-install", "tsc", "--strict", "--target", "es2022", "--module",
                      "nodenext", "--typeRoots", types, "--types", "node", user / "example.ts")
        said = self.run_node("node", user / "example.js")
        self.assertRegex(said, r"^completed, 5 credits, \d+ left\n")


if __name__ == "__main__":
    unittest.main()
