// The two switches: language and theme.
import { useCell } from "../lib/cell";
import { language, setLanguage, setTheme, theme, tr } from "../lib/look";

export function Looks() {
  const speaks = useCell(language);
  const has = useCell(theme);
  return (
    <>
      <button type="button" class="plain" lang={speaks === "zh" ? "en" : "zh"} onClick={() => setLanguage(speaks === "zh" ? "en" : "zh")}>
        {speaks === "zh" ? "English" : "中文"}
      </button>
      <button type="button" class="plain" onClick={() => setTheme(has === "dark" ? "light" : "dark")}>
        {has === "dark" ? tr("Light", "浅色") : tr("Dark", "深色")}
      </button>
    </>
  );
}
