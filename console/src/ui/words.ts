// The server tells prices as English sentences of a few fixed parts; here they are in Chinese, part
// by part. What is not known stays as it came.
import { language } from "../lib/look";

const times = (text: string) => text.replace(/(\d+)ms/g, "$1 毫秒").replace(/(\d)s\b/g, "$1 秒").replace(/(\d)m\b/g, "$1 分");
const of: Record<string, string> = { "the input": "输入", "the output": "输出", "the declared duration": "声明时长" };
const over: Record<string, string> = {
  "what exceeds it is the operator's cost": "超出部分由运营方承担",
  "what exceeds it is charged up to the balance": "超出部分在余额内扣除",
  "what exceeds it is charged, as debt if need be": "超出部分照扣，不足则记为欠款",
};
const parts: [RegExp, (m: RegExpMatchArray) => string][] = [
  [/^free$/, () => "免费"],
  [/^free for members$/, () => "会员免费"],
  [/^no refund when cancelled while running$/, () => "运行中取消不退款"],
  [/^tier price x([\d.]+)$/, (m) => `等级价 ×${m[1]}`],
  [/^(\d+) credits?$/, (m) => `${m[1]} 积分`],
  [/^debited at the start: a ceiling, by ([\d.]+) characters a second$/, (m) => `开始时按上限预扣（每秒 ${m[1]} 字）`],
  [
    /^([\d.]+) credits? a second of (the [a-z ]+), in steps of (\w+)(?: \((\w+) over is free\))?(?:, at least (\d+) credits?)?$/,
    (m) => `每秒 ${m[1]} 积分，按${of[m[2]!] ?? m[2]}计，每 ${times(m[3]!)}一档${m[4] ? `，超出 ${times(m[4])}以内不计` : ""}${m[5] ? `，至少 ${m[5]} 积分` : ""}`,
  ],
];

export function priceWords(english: string | undefined): string {
  if (english === undefined || language.value !== "zh") return english ?? "";
  return english
    .split("; ")
    .map((part) => {
      if (over[part]) return over[part];
      for (const [shape, say] of parts) {
        const found = part.match(shape);
        if (found) return say(found);
      }
      return part;
    })
    .join("；");
}
