// The calls that the server offers.
import { get } from "./api";
import { useOnce } from "./load";

// What the server can do: screens for calls that it does not have are not offered.
export function useCalls(): Record<string, any> | undefined {
  return useOnce("calls", async () => (await get("/openapi.json")).paths as Record<string, any>);
}
