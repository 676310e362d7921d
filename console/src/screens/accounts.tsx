// The way to an account: by its id, or by who was active last.
import { useState } from "preact/hooks";
import { call, get, part } from "../lib/api";
import { useLoad } from "../lib/load";
import { tr } from "../lib/look";
import { go } from "../lib/route";
import { mayAct } from "../session";
import { Amount, Await, Card, Dialog, Empty, Field, Page, Table, Time, UserLink, say } from "../ui/parts";

function Open({ onClose }: { onClose: () => void }) {
  const [user, setUser] = useState("");
  const [name, setName] = useState("");
  const [tier, setTier] = useState("");
  const open = async () => {
    await call("PUT", `/api/accounts/${part(user.trim())}`, { ...(name && { username: name }), ...(tier && { tier }) });
    say(tr("The account is open", "账户已开立"));
    go(`/accounts/${part(user.trim())}`);
  };
  return (
    <Dialog title={tr("Open an account", "开立账户")} confirm={tr("Open it", "开立")} ready={user.trim() !== ""} onClose={onClose} onConfirm={open}>
      <Field label={tr("User id", "用户 ID")} value={user} onInput={setUser} required autoFocus hint={tr("Its sign-up gift is granted at once.", "注册赠送积分将立即发放。")} />
      <Field label={tr("Name (optional)", "名称（可选）")} value={name} onInput={setName} />
      <Field label={tr("Tier (optional)", "等级（可选）")} value={tier} onInput={setTier} />
    </Dialog>
  );
}

function Recent() {
  const seen = useLoad(async () => {
    const page = await get("/api/jobs?limit=200");
    const by = new Map<string, { user: string; at: number; jobs: number }>();
    for (const job of page.jobs) {
      const one = by.get(job.user_id) ?? { user: job.user_id, at: job.created_at, jobs: 0 };
      one.jobs += 1;
      by.set(job.user_id, one);
    }
    return [...by.values()];
  }, [], 10000);
  return (
    <Card title={tr("In the last 200 jobs", "最近 200 个任务中的账户")}>
      <Await of={seen}>
        {(rows) => rows.length === 0 ? <Empty title={tr("No job yet.", "尚无任务。")} /> : (
          <Table label={tr("Accounts with recent jobs", "近期活跃账户")} head={[tr("User", "用户"), `>${tr("Jobs", "任务")}`, tr("Last job", "最近任务")]}>
            {rows.map((one) => (
              <tr key={one.user}>
                <td><UserLink id={one.user} /></td>
                <td class="right"><Amount value={one.jobs} /></td>
                <td><Time at={one.at} relative /></td>
              </tr>
            ))}
          </Table>
        )}
      </Await>
    </Card>
  );
}

export function Accounts() {
  const [text, setText] = useState("");
  const [opening, setOpening] = useState(false);
  const find = (event: Event) => {
    event.preventDefault();
    if (text.trim() !== "") go(`/accounts/${part(text.trim())}`);
  };
  return (
    <Page title={tr("Accounts", "账户")} extra={mayAct() && <button type="button" onClick={() => setOpening(true)}>{tr("Open an account…", "开立账户…")}</button>}>
      <form class="filters" onSubmit={find}>
        <Field label={tr("User id", "用户 ID")} value={text} onInput={setText} type="search" />
        <button type="submit">{tr("Show", "查看")}</button>
      </form>
      <Recent />
      {opening && <Open onClose={() => setOpening(false)} />}
    </Page>
  );
}
