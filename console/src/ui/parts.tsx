// The pieces that screens are made of.
import type { ComponentChildren } from "preact";
import { useEffect, useId, useRef, useState } from "preact/hooks";
import type { Refusal } from "../lib/api";
import { Cell, useCell } from "../lib/cell";
import { ago, credits, fullTime, signed, time } from "../lib/format";
import type { Int } from "../lib/json";
import type { Loaded, Pages } from "../lib/load";
import { tr } from "../lib/look";

export const stateWords = (state: string): string =>
  ({
    queued: tr("queued", "排队中"),
    processing: tr("processing", "处理中"),
    completed: tr("completed", "已完成"),
    failed: tr("failed", "已失败"),
    cancelled: tr("cancelled", "已取消"),
    pending: tr("pending", "待处理"),
    paid: tr("paid", "已支付"),
    refunded: tr("refunded", "已退款"),
    closed: tr("closed", "已关闭"),
    delivered: tr("delivered", "已送达"),
    dead: tr("given up", "已放弃"),
    running: tr("running", "运行中"),
    paused: tr("paused", "已暂停"),
    draining: tr("draining", "排空中"),
    live: tr("live", "有效"),
    revoked: tr("revoked", "已吊销"),
    expired: tr("expired", "已过期"),
  })[state] ?? state;

const tones: Record<string, string> = {
  completed: "good",
  paid: "good",
  delivered: "good",
  running: "good",
  live: "good",
  processing: "busy",
  pending: "busy",
  draining: "warn",
  paused: "warn",
  failed: "bad",
  dead: "bad",
};

export function Badge({ state }: { state: string }) {
  return <span class={`badge ${tones[state] ?? "quiet"}`}>{stateWords(state)}</span>;
}

export function Tone({ tone, children }: { tone: string; children: ComponentChildren }) {
  return <span class={`badge ${tone}`}>{children}</span>;
}

export function Amount({ value, plus = false }: { value: Int | null | undefined; plus?: boolean }) {
  if (value === null || value === undefined) return <span class="num dim">–</span>;
  const tone = !plus ? "" : value > 0 ? " in" : value < 0 ? " out" : " dim";
  return <span class={`num${tone}`}>{plus ? signed(value) : credits(value)}</span>;
}

export function Time({ at, relative = false }: { at: number | null | undefined; relative?: boolean }) {
  if (at === null || at === undefined) return <span class="dim">–</span>;
  return (
    <time class="nowrap" dateTime={new Date(at).toISOString()} title={fullTime(at)}>
      {relative ? ago(at) : time(at)}
    </time>
  );
}

export function Page({ title, extra, children }: { title: string; extra?: ComponentChildren; children: ComponentChildren }) {
  useEffect(() => {
    document.title = `${title} · Tallyman`;
  }, [title]);
  return (
    <>
      <header class="page-head">
        <h1>{title}</h1>
        <div class="row end">{extra}</div>
      </header>
      {children}
    </>
  );
}

export function Card({ title, extra, children, wide = false }: { title?: string; extra?: ComponentChildren; children: ComponentChildren; wide?: boolean }) {
  return (
    <section class={wide ? "card wide" : "card"}>
      {title !== undefined && (
        <div class="card-head">
          <h2>{title}</h2>
          <div class="row end">{extra}</div>
        </div>
      )}
      {children}
    </section>
  );
}

// Wide tables scroll in their own region, by keyboard as well.
export function Table({ label, head, children }: { label: string; head: ComponentChildren[]; children: ComponentChildren }) {
  return (
    <div class="scroll" role="region" aria-label={label} tabIndex={0}>
      <table>
        <thead>
          <tr>{head.map((cell, at) => <Head key={at}>{cell}</Head>)}</tr>
        </thead>
        <tbody>{children}</tbody>
      </table>
    </div>
  );
}

// A leading ">" puts a column of numbers to the right.
function Head({ children }: { children: ComponentChildren }) {
  if (typeof children !== "string") return <th scope="col">{children}</th>;
  const right = children.startsWith(">");
  if (children === "") return <td></td>;
  return <th scope="col" class={right ? "right" : ""}>{right ? children.slice(1) : children}</th>;
}

export function Empty({ title, children }: { title: string; children?: ComponentChildren }) {
  return (
    <div class="empty">
      <strong>{title}</strong>
      {children && <p>{children}</p>}
    </div>
  );
}

const advice = (code: string): string =>
  ({
    offline: tr("Check that the server runs and that you can reach it; this page goes on by itself.", "请检查服务器是否在运行、网络是否可达；本页会自动重试。"),
    forbidden: tr("Your key may look but not act. Sign in with a key that has the scope admin.", "当前密钥只能查看。请使用具有 admin 权限的密钥登录。"),
    store_unavailable: tr("The store does not answer. `tallyman doctor` says what is wrong with it.", "存储没有响应。运行 `tallyman doctor` 查看原因。"),
    insufficient_credits: tr("Give the account credits first.", "请先为账户充值。"),
    rate_limited: tr("Wait a moment and try again.", "请稍后再试。"),
  })[code] ?? "";

export function Trouble({ error, again }: { error: Refusal; again?: () => void }) {
  const more: { field: string; what: string }[] = error.facts.errors ?? [];
  return (
    <div class="trouble" role="alert">
      <strong>{error.message}</strong>
      {more.length > 1 && <ul>{more.map((each) => <li key={each.field}>{each.field} {each.what}</li>)}</ul>}
      {advice(error.code) && <p>{advice(error.code)}</p>}
      {again && (
        <button type="button" class="small" onClick={again}>
          {tr("Try again", "重试")}
        </button>
      )}
    </div>
  );
}

// What a call brought, or that it is under way, or why it did not work.
export function Await<T>({ of, children }: { of: Loaded<T>; children: (data: T) => ComponentChildren }) {
  return (
    <>
      {of.error && <Trouble error={of.error} again={() => void of.reload()} />}
      {of.data !== undefined ? children(of.data) : !of.error && <Busy />}
    </>
  );
}

export function Busy() {
  return (
    <div class="busy" role="status">
      <span class="sr">{tr("Loading", "加载中")}</span>
      <i />
      <i />
      <i />
    </div>
  );
}

export function More({ pages, label }: { pages: Pages<unknown>; label?: string }) {
  const [busy, setBusy] = useState(false);
  if (!pages.more) return null;
  const load = async () => {
    setBusy(true);
    await pages.more?.();
    setBusy(false);
  };
  return (
    <div class="more">
      <button type="button" disabled={busy} onClick={load}>
        {label ?? tr("Older ones", "更早的记录")}
      </button>
    </div>
  );
}

export function Facts({ children }: { children: ComponentChildren }) {
  return <dl class="facts">{children}</dl>;
}

export function Fact({ name, children }: { name: string; children: ComponentChildren }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

interface FieldProps {
  label: string;
  value: string;
  onInput: (value: string) => void;
  hint?: string;
  type?: string;
  required?: boolean;
  pattern?: string;
  inputMode?: "numeric" | "text";
  autoFocus?: boolean;
  list?: string;
  placeholder?: string;
}

export function Field(props: FieldProps) {
  const id = useId();
  const box = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (props.autoFocus) box.current?.focus();
  }, []);
  return (
    <div class="field">
      <label for={id}>{props.label}</label>
      <input
        id={id}
        ref={box}
        type={props.type ?? "text"}
        value={props.value}
        required={props.required}
        pattern={props.pattern}
        inputMode={props.inputMode}
        list={props.list}
        placeholder={props.placeholder}
        autocomplete="off"
        spellcheck={false}
        aria-describedby={props.hint ? `${id}-hint` : undefined}
        onInput={(event) => props.onInput(event.currentTarget.value)}
      />
      {props.hint && <small id={`${id}-hint`}>{props.hint}</small>}
    </div>
  );
}

export function Choice({ label, value, options, onChange }: { label: string; value: string; options: [string, string][]; onChange: (value: string) => void }) {
  const id = useId();
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <select id={id} value={value} onChange={(event) => onChange(event.currentTarget.value)}>
        {options.map(([key, words]) => <option key={key} value={key}>{words}</option>)}
      </select>
    </div>
  );
}

// A question with its consequences, answered by a button that does it. Escape and "Back" leave
// everything as it is.
export function Dialog({ title, confirm, danger = false, ready = true, onClose, onConfirm, children }: {
  title: string;
  confirm?: string;
  danger?: boolean;
  ready?: boolean;
  onClose: () => void;
  onConfirm?: () => Promise<void>;
  children: ComponentChildren;
}) {
  const box = useRef<HTMLDialogElement>(null);
  const id = useId();
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<Refusal | undefined>(undefined);
  useEffect(() => {
    const dialog = box.current!;
    if (!dialog.open) dialog.showModal();
    return () => dialog.close();
  }, []);
  const act = async (event: Event) => {
    event.preventDefault();
    if (busy || !ready || !onConfirm) return;
    setBusy(true);
    setError(undefined);
    try {
      await onConfirm();
    } catch (problem) {
      setError(problem as Refusal);
    }
    setBusy(false);
  };
  return (
    <dialog ref={box} aria-labelledby={id} onClose={onClose}>
      <form onSubmit={act} noValidate={false}>
        <h2 id={id}>{title}</h2>
        {children}
        {error && <Trouble error={error} />}
        <div class="row end">
          <button type="button" onClick={onClose}>
            {onConfirm ? tr("Back", "返回") : tr("Close", "关闭")}
          </button>
          {onConfirm && (
            <button type="submit" class={danger ? "danger" : "primary"} disabled={busy || !ready}>
              {confirm}
            </button>
          )}
        </div>
      </form>
    </dialog>
  );
}

const said = new Cell<{ text: string; tone: string; number: number } | undefined>(undefined);
let sayings = 0;

export function say(text: string, tone = "good") {
  said.value = { text, tone, number: ++sayings };
  const mine = sayings;
  setTimeout(() => {
    if (said.value?.number === mine) said.value = undefined;
  }, 6000);
}

export function Sayings() {
  const now = useCell(said);
  return (
    <div class="sayings" role="status" aria-live="polite">
      {now && <div class={`saying ${now.tone}`}>{now.text}</div>}
    </div>
  );
}

// Acts at once, and says how it went.
export function Act({ label, done, run, tone = "", disabled = false }: { label: string; done: string; run: () => Promise<unknown>; tone?: string; disabled?: boolean }) {
  const [busy, setBusy] = useState(false);
  const act = async () => {
    setBusy(true);
    try {
      await run();
      say(done);
    } catch (problem) {
      say((problem as Refusal).message, "bad");
    }
    setBusy(false);
  };
  return (
    <button type="button" class={tone} disabled={busy || disabled} onClick={act}>
      {label}
    </button>
  );
}

export function Copy({ text }: { text: string }) {
  const [done, setDone] = useState(false);
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text);
      setDone(true);
      setTimeout(() => setDone(false), 1500);
    } catch {
      say(tr("The browser does not let this page copy", "浏览器不允许复制"), "bad");
    }
  };
  return (
    <button type="button" class="small" onClick={copy}>
      {done ? tr("Copied", "已复制") : tr("Copy", "复制")}
    </button>
  );
}

export function JobLink({ id }: { id: string }) {
  return <a class="num" href={`/jobs/${encodeURIComponent(id)}`}>{id}</a>;
}

export function UserLink({ id }: { id: string }) {
  return <a class="name" href={`/accounts/${encodeURIComponent(id)}`}>{id}</a>;
}
