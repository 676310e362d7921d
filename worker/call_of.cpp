#include "worker/call_of.h"

namespace worker {

std::optional<jobs::ProviderCall> call_of(std::string provider, std::string model,
                                          adapters::Verdict const& verdict,
                                          config::CallCost const* usual) {
    bool const completed = verdict.fate == adapters::Fate::completed;
    bool const as_usual = completed && !verdict.cost && usual != nullptr;
    if (!verdict.cost && !as_usual && verdict.usage.empty() && verdict.request_id.empty()) {
        return std::nullopt;
    }
    jobs::ProviderCall call{.provider = std::move(provider),
                            .model = std::move(model),
                            .request_id = verdict.request_id,
                            .word = verdict.word,
                            .usage = verdict.usage,
                            .completed = completed};
    if (verdict.cost) {
        call.micros = verdict.cost->micros;
        call.currency = verdict.cost->currency;
    } else if (as_usual) {
        call.micros = usual->micros;
        call.currency = usual->currency;
    }
    return call;
}

}  // namespace worker
