// One account: what it has, what dies when, every line of its ledger, and what may be done to it.
import { useState } from "preact/hooks";
import { call, cookies, get, headers, part, post, query, reference } from "../lib/api";
import { credits, day, time } from "../lib/format";
import { type Loaded, useLoad, usePages } from "../lib/load";
import { tr } from "../lib/look";
import { mayAct } from "../session";
import { Expiry, kindWords, Ledger } from "../ui/grants";
import { Act, Amount, Await, Card, Choice, Dialog, Empty, Fact, Facts, Field, More, Page, Table, Time, Tone, say } from "../ui/parts";
import { OrderRows } from "./orders";

type Open = "grant" | "freeze" | "caps" | "member" | "edit" | undefined;

// Credits are whole; what is typed is read without rounding.
export function whole(text: string): bigint | undefined {
  return /^[+-]?\d{1,16}$/.test(text.trim()) ? BigInt(text.trim().replace("+", "")) : undefined;
}

export function GrantDialog({ user, balance, onClose, onDone }: { user: string; balance: any; onClose: () => void; onDone: () => void }) {
  const [kind, setKind] = useState("bonus");
  const [amount, setAmount] = useState("");
  const [reason, setReason] = useState("");
  const [expires, setExpires] = useState("");
  const [once] = useState(reference());
  const value = whole(amount);
  const taking = value !== undefined && value < 0n;
  const ready = value !== undefined && value !== 0n && reason.trim() !== "" && (!taking || kind === "adjust");
  const after = value === undefined ? undefined : BigInt(balance) + value;
  const give = async () => {
    const end = expires === "" || taking ? undefined : endOf(expires);
    const moved = await post(`/api/admin/accounts/${part(user)}/grant`, { kind, credits: value, reason: reason.trim(), reference: once, ...(end && { expires_at: end }) });
    say(tr("Done; the balance is {b}", "已完成；余额 {b}", { b: credits(moved.balance) }));
    onDone();
  };
  return (
    <Dialog title={tr("Give or adjust credits", "发放或调整积分")} confirm={taking ? tr("Take them", "扣减") : tr("Give them", "发放")} danger={taking} ready={ready} onClose={onClose} onConfirm={give}>
      <Choice label={tr("Kind", "类型")} value={kind} options={["bonus", "adjust", "recharge"].map((k): [string, string] => [k, kindWords(k)])} onChange={setKind} />
      <Field label={tr("Credits", "积分")} value={amount} onInput={setAmount} inputMode="numeric" required autoFocus
        hint={kind === "adjust" ? tr("Below zero takes credits away.", "负数表示扣减。") : tr("A whole number.", "整数。")} />
      <Field label={tr("Reason", "原因")} value={reason} onInput={setReason} required hint={tr("Shown in the account's history, for good.", "将永久显示在账户历史中。")} />
      {!taking && <Field label={tr("Expires (optional)", "到期日（可选）")} type="date" value={expires} onInput={setExpires} />}
      {after !== undefined && <p>{tr("Balance: {a} now, {b} afterwards.", "余额：当前 {a}，操作后 {b}。", { a: credits(balance), b: credits(after) })}</p>}
    </Dialog>
  );
}

function FreezeDialog({ user, onClose, onDone }: { user: string; onClose: () => void; onDone: (account: any) => void }) {
  const [reason, setReason] = useState("");
  return (
    <Dialog title={tr("Freeze {u}?", "冻结 {u}？", { u: user })} confirm={tr("Freeze", "冻结")} danger ready={reason.trim() !== ""} onClose={onClose}
      onConfirm={async () => onDone(await post(`/api/admin/accounts/${part(user)}/freeze`, { reason: reason.trim() }))}>
      <p>{tr("It spends nothing and starts nothing until it is released. Jobs that run come to their end.", "解冻前不能消费、不能开始任务；运行中的任务会正常结束。")}</p>
      <Field label={tr("Reason", "原因")} value={reason} onInput={setReason} required autoFocus />
    </Dialog>
  );
}

function CapsDialog({ user, caps, onClose, onDone }: { user: string; caps: any; onClose: () => void; onDone: (account: any) => void }) {
  const names = ["job_cap", "daily_cap", "monthly_cap"] as const;
  const labels = [tr("Per job", "单个任务"), tr("Per day", "每日"), tr("Per month", "每月")];
  const [values, setValues] = useState(names.map((name) => (caps?.[name] === undefined ? "" : String(caps[name]))));
  const ready = values.every((text) => text.trim() === "" || (whole(text) ?? -1n) >= 0n);
  const set = async () => {
    const body = Object.fromEntries(names.map((name, at) => [name, values[at]!.trim() === "" ? null : whole(values[at]!)]));
    onDone(await call("PUT", `/api/admin/accounts/${part(user)}/caps`, body));
  };
  return (
    <Dialog title={tr("Caps of {u}", "{u} 的限额", { u: user })} confirm={tr("Set them", "设置")} ready={ready} onClose={onClose} onConfirm={set}>
      <p class="dim">{tr("In credits. Empty: what is configured for everybody. 0: no cap.", "单位：积分。留空：使用全局配置。0：不限。")}</p>
      {names.map((name, at) => (
        <Field key={name} label={labels[at]!} value={values[at]!} inputMode="numeric" onInput={(text) => setValues(values.map((v, i) => (i === at ? text : v)))} />
      ))}
    </Dialog>
  );
}

// The end of a day of the viewer's.
const endOf = (date: string) => new Date(`${date}T23:59:59`).getTime();

function MemberDialog({ account, onClose, onDone }: { account: any; onClose: () => void; onDone: (account: any) => void }) {
  const user = account.user_id;
  const runs = account.member_until > Date.now();
  const [until, setUntil] = useState(runs ? day(account.member_until) : "");
  const [reason, setReason] = useState("");
  const ready = reason.trim() !== "" && (until === "" ? runs : endOf(until) > Date.now());
  const put = async () => onDone(await call("PUT", `/api/admin/accounts/${part(user)}/membership`, { member_until: until === "" ? null : endOf(until), reason: reason.trim() }));
  return (
    <Dialog title={tr("Membership of {u}", "{u} 的会员", { u: user })} confirm={until === "" ? tr("End it now", "立即终止") : tr("Set it", "设置")} danger={until === ""} ready={ready} onClose={onClose} onConfirm={put}>
      <p class="dim">{tr("Members are not charged for services that are free to them. What was bought stays as it is in the orders.", "会员使用会员免费的服务不扣费。已购订单不受影响。")}</p>
      <Field label={tr("Member until the end of", "会员有效至（当日结束）")} type="date" value={until} onInput={setUntil} autoFocus hint={tr("Empty: it ends now. Ten years at most.", "留空：立即终止。最长十年。")} />
      <Field label={tr("Reason", "原因")} value={reason} onInput={setReason} required hint={tr("Kept in the log with your key's name.", "将与您的密钥名称一同记入日志。")} />
    </Dialog>
  );
}

function EditDialog({ account, onClose, onDone }: { account: any; onClose: () => void; onDone: () => void }) {
  const [name, setName] = useState(account.username ?? "");
  const [email, setEmail] = useState(account.email ?? "");
  const [tier, setTier] = useState(account.tier ?? "");
  const [zone, setZone] = useState(account.time_zone ?? "");
  const put = async () => {
    await call("PUT", `/api/accounts/${part(account.user_id)}`, { username: name || null, email: email || null, tier: tier || null, time_zone: zone || null });
    onDone();
  };
  return (
    <Dialog title={tr("Edit {u}", "编辑 {u}", { u: account.user_id })} confirm={tr("Save", "保存")} onClose={onClose} onConfirm={put}>
      <Field label={tr("Name", "名称")} value={name} onInput={setName} autoFocus />
      <Field label={tr("E-mail", "邮箱")} value={email} onInput={setEmail} />
      <Field label={tr("Tier", "等级")} value={tier} onInput={setTier} hint={tr("Of the price book, such as gold.", "价目表中的等级，如 gold。")} />
      <Field label={tr("Time zone", "时区")} value={zone} onInput={setZone} hint="Asia/Shanghai" />
    </Dialog>
  );
}

function Statement({ user }: { user: string }) {
  const now = new Date();
  const [from, setFrom] = useState(day(new Date(now.getFullYear(), now.getMonth(), 1).getTime()));
  const [to, setTo] = useState(day(now.getTime()));
  const [by, setBy] = useState("day");
  const span = { from: new Date(`${from}T00:00:00`).getTime(), to: new Date(`${to}T00:00:00`).getTime() + 86400e3 };
  const path = (format?: string) => `/api/credits/statement/${part(user)}${query({ from: span.from, to: span.to, by, format })}`;
  const statement = useLoad(() => get(path()), [user, from, to, by]);
  const download = async () => {
    const response = await fetch(path("csv"), { headers: headers(), credentials: cookies() });
    const url = URL.createObjectURL(await response.blob());
    const link = Object.assign(document.createElement("a"), { href: url, download: `statement-${user}-${from}-${to}.csv` });
    link.click();
    setTimeout(() => URL.revokeObjectURL(url), 1000);
  };
  const names = { day: tr("Day", "日期"), service: tr("Service", "服务"), kind: tr("Kind", "类型") };
  return (
    <Card title={tr("Statement", "对账单")} extra={<button type="button" class="small" onClick={() => void download()}>CSV</button>}>
      <div class="filters">
        <Field label={tr("From", "从")} type="date" value={from} onInput={setFrom} />
        <Field label={tr("To, with that day", "至（含当日）")} type="date" value={to} onInput={setTo} />
        <Choice label={tr("By", "分组")} value={by} options={Object.entries(names)} onChange={setBy} />
      </div>
      <Await of={statement}>
        {(told) => (
          <Table label={tr("Statement", "对账单")} head={[names[by as "day"], `>${tr("Entries", "分录")}`, `>${tr("In", "入账")}`, `>${tr("Out", "出账")}`, `>${tr("Balance", "余额")}`]}>
            <tr class="total"><th scope="row">{tr("Opening balance", "期初余额")}</th><td></td><td></td><td></td><td class="right"><Amount value={told.opening} /></td></tr>
            {told.groups.map((group: any, at: number) => (
              <tr key={at}>
                <td>{group.day ?? (by === "kind" ? kindWords(group.kind) : group.service)}</td>
                <td class="right"><Amount value={group.entries} /></td>
                <td class="right"><Amount value={group.in} plus /></td>
                <td class="right"><Amount value={-group.out} plus /></td>
                <td class="right"><Amount value={group.balance} /></td>
              </tr>
            ))}
            <tr class="total"><th scope="row">{tr("Closing balance", "期末余额")}</th><td></td><td></td><td></td><td class="right"><Amount value={told.closing} /></td></tr>
          </Table>
        )}
      </Await>
    </Card>
  );
}

function Books({ user }: { user: string }) {
  const [found, setFound] = useState<any>(undefined);
  return (
    <>
      <Act label={tr("Audit this account", "审计此账户")} done={tr("Audited", "审计完成")} run={async () => setFound(await get(`/api/credits/validate/${part(user)}`))} />
      {found && (
        <div role="status" data-testid="account-audit">
          {found.clean ? <Tone tone="good">{tr("clean: {e} entries, {j} jobs", "无误：{e} 条分录，{j} 个任务", { e: found.checked.entries, j: found.checked.jobs })}</Tone>
            : <ul>{found.findings.map((one: any, at: number) => <li key={at} class="bad-text">{one.invariant}: {one.what}</li>)}</ul>}
        </div>
      )}
    </>
  );
}

function Standing({ account }: { account: any }) {
  return (
    <>
      {account.freeze && <div class="trouble" data-testid="frozen"><strong>{tr("Frozen", "已冻结")}</strong><p class="text">{account.freeze.reason} <span class="dim">{account.freeze.by} · <Time at={account.freeze.since} /></span></p></div>}
      {account.brake && <div class="trouble warn"><strong>{tr("Braked: it spent far more than usual", "已制动：消费异常")}</strong><p class="text">{account.brake.reason} <span class="dim">{account.brake.until && <>{tr("until", "至")} <Time at={account.brake.until} /></>}</span></p></div>}
    </>
  );
}

function About({ account }: { account: any }) {
  const { totals, caps } = account;
  return (
    <Facts>
      <Fact name={tr("Name", "名称")}><span class="text">{account.username ?? "–"}</span></Fact>
      <Fact name={tr("E-mail", "邮箱")}><span class="text">{account.email ?? "–"}</span></Fact>
      <Fact name={tr("Tier", "等级")}>{account.tier ?? "–"}</Fact>
      <Fact name={tr("Member until", "会员至")}>{account.member_until ? time(account.member_until) : "–"}</Fact>
      <Fact name={tr("Came in", "累计入账")}><Amount value={totals.recharged} /></Fact>
      <Fact name={tr("Consumed", "累计消费")}><Amount value={totals.consumed} /></Fact>
      <Fact name={tr("Refunded", "累计退款")}><Amount value={totals.refunded} /></Fact>
      <Fact name={tr("Expired", "累计过期")}><Amount value={totals.expired} /></Fact>
      {caps && <Fact name={tr("Caps of its own", "专属限额")}>{Object.entries(caps).map(([name, cap]) => <div key={name}>{name} <Amount value={cap as any} /></div>)}</Fact>}
    </Facts>
  );
}

function OrdersOf({ user }: { user: string }) {
  const pages = usePages(async (cursor) => {
    const page = await get(`/api/admin/orders${query({ user_id: user, cursor, limit: 20 })}`);
    return { rows: page.orders as any[], next: page.next_cursor };
  }, [user]);
  return (
    <Card title={tr("Orders", "订单")}>
      <Await of={pages}>{(rows) => rows.length === 0 ? <Empty title={tr("It has ordered nothing.", "暂无订单。")} /> : <OrderRows orders={rows} whose={false} />}</Await>
      <More pages={pages} />
    </Card>
  );
}

function Buttons({ account, load, open }: { account: any; load: Loaded<any>; open: (what: Open) => void }) {
  const user = part(account.user_id);
  const act = (path: string) => async () => load.put(await post(`/api/admin/accounts/${user}/${path}`));
  return (
    <>
      <button type="button" class="primary" onClick={() => open("grant")}>{tr("Give or adjust…", "发放或调整…")}</button>
      {account.freeze ? <Act label={tr("Unfreeze", "解冻")} done={tr("Released", "已解冻")} run={act("unfreeze")} /> : <button type="button" onClick={() => open("freeze")}>{tr("Freeze…", "冻结…")}</button>}
      {account.brake && <Act label={tr("Lift the brake", "解除制动")} done={tr("Released", "已解除")} run={act("release")} />}
      <button type="button" onClick={() => open("caps")}>{tr("Caps…", "限额…")}</button>
      <button type="button" onClick={() => open("member")}>{tr("Membership…", "会员…")}</button>
      <button type="button" onClick={() => open("edit")}>{tr("Edit…", "编辑…")}</button>
    </>
  );
}

export function Account({ user }: { user: string }) {
  const account = useLoad(() => get(`/api/accounts/${part(user)}`), [user], 5000);
  const history = usePages(async (cursor) => {
    const page = await get(`/api/credits/history/${part(user)}${query({ cursor, limit: 50 })}`);
    return { rows: page.history as any[], next: page.next_cursor };
  }, [user]);
  const [open, setOpen] = useState<Open>(undefined);
  const close = () => setOpen(undefined);
  const changed = (next: any) => {
    account.put(next);
    close();
  };
  const moved = () => {
    void account.reload();
    void history.reload();
    close();
  };
  const it = account.data;
  return (
    <Page title={user} extra={it && mayAct() && <Buttons account={it} load={account} open={setOpen} />}>
      {account.error?.code === "unknown_account" ? (
        <Empty title={tr("There is no account of that id.", "没有该用户的账户。")}>{tr("It comes into being with its first job, or by \"Open an account\" under Accounts.", "账户会在首个任务时自动开立，也可在“账户”页开立。")}</Empty>
      ) : (
        <Await of={account}>
          {(data) => (
            <>
              <Standing account={data} />
              <div class="split">
                <div>
                  <Card title={tr("Balance", "余额")} extra={<a href={`/jobs?user_id=${encodeURIComponent(user)}`}>{tr("Its jobs", "其任务")}</a>}>
                    <p class="big" data-testid="balance"><Amount value={data.balance} />{data.debt > 0 && <span class="bad-text"> {tr("owes {d}", "欠 {d}", { d: credits(data.debt) })}</span>}</p>
                    <Expiry grants={data.grants} />
                  </Card>
                  <Card title={tr("Ledger", "账本")}>
                    <Await of={history}>{(rows) => rows.length === 0 ? <Empty title={tr("Nothing has moved yet.", "暂无流水。")} /> : <Ledger entries={rows} links />}</Await>
                    <More pages={history} />
                  </Card>
                  <OrdersOf user={user} />
                  <Statement user={user} />
                </div>
                <div>
                  <Card title={tr("Account", "账户")}><About account={data} /><Books user={user} /></Card>
                </div>
              </div>
              {open === "grant" && <GrantDialog user={user} balance={data.balance} onClose={close} onDone={moved} />}
              {open === "freeze" && <FreezeDialog user={user} onClose={close} onDone={changed} />}
              {open === "member" && <MemberDialog account={data} onClose={close} onDone={changed} />}
              {open === "caps" && <CapsDialog user={user} caps={data.caps} onClose={close} onDone={changed} />}
              {open === "edit" && <EditDialog account={data} onClose={close} onDone={moved} />}
            </>
          )}
        </Await>
      )}
    </Page>
  );
}

