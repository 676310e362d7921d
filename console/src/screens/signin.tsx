// The way in: an API key, exchanged for a cookie or kept by this tab.
import { useEffect, useState } from "preact/hooks";
import { Looks } from "../ui/looks";
import type { Refusal } from "../lib/api";
import { tr } from "../lib/look";
import { signIn } from "../session";
import { Field, Trouble } from "../ui/parts";

export function SignIn() {
  const [key, setKey] = useState("");
  const [remember, setRemember] = useState(true);
  const [error, setError] = useState<Refusal | undefined>(undefined);
  const [busy, setBusy] = useState(false);
  useEffect(() => {
    document.title = "Tallyman";
  }, []);
  const submit = async (event: Event) => {
    event.preventDefault();
    setBusy(true);
    setError(undefined);
    try {
      await signIn(key.trim(), remember);
    } catch (problem) {
      setError(problem as Refusal);
      setBusy(false);
    }
  };
  return (
    <main class="signin">
      <form class="card" onSubmit={submit}>
        <h1 class="brand">
          <img src="/icon.svg" alt="" width="32" height="32" />
          Tallyman
        </h1>
        <p class="dim">{tr("Every job and every credit, on one line of time.", "每个任务、每个积分，同在一条时间线上。")}</p>
        <Field
          label={tr("API key", "API 密钥")}
          type="password"
          value={key}
          onInput={setKey}
          required
          autoFocus
          hint={tr(
            "With the scope admin or read. The first one is in tallyman-data/admin.key; `tallyman keys create NAME --scope read` makes more.",
            "需要 admin 或 read 权限。首个密钥在 tallyman-data/admin.key；用 `tallyman keys create NAME --scope read` 创建更多。",
          )}
        />
        <label class="check">
          <input type="checkbox" checked={remember} onChange={(event) => setRemember(event.currentTarget.checked)} />
          {tr("Stay signed in in this browser for up to 12 hours", "在此浏览器保持登录（最长 12 小时）")}
        </label>
        {error && <Trouble error={error} />}
        <button type="submit" class="primary" disabled={busy || key.trim() === ""}>
          {tr("Sign in", "登录")}
        </button>
        <div class="row">
          <Looks />
        </div>
      </form>
    </main>
  );
}
