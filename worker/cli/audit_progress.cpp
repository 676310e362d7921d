#include "worker/cli/audit_progress.h"

#include <algorithm>
#include <cstdio>

#include <fmt/format.h>

namespace worker::cli {

namespace {

using namespace std::chrono_literals;

std::string grouped(std::int64_t number) {
    auto text = std::to_string(number);
    for (auto at = std::ssize(text) - 3; at > 0; at -= 3) {
        text.insert(static_cast<std::size_t>(at), ",");
    }
    return text;
}

std::string left(double seconds) {
    auto const whole = static_cast<std::int64_t>(seconds) + 1;
    if (whole < 120) {
        return fmt::format("{} s", whole);
    }
    return whole < 7200 ? fmt::format("{} min", whole / 60) : fmt::format("{} h", whole / 3600);
}

}  // namespace

// How many accounts there are is not known without counting them, but they are numbered, and the
// audit goes by their numbers.
AuditProgress::AuditProgress(adapters::Store& store, wire::Audited const& begun, bool plain)
    : plain_{plain}, entries_before_{begun.entries} {
    auto const newest = store.list_accounts(
        {.prefix = {}, .after = {}, .newest_first = true, .before = {}, .limit = 1});
    highest_ = newest.empty() ? 0 : static_cast<double>(newest.front().account.id.value);
    from_ = begun.place ? static_cast<double>(begun.place->account.value) : 0;
}

void AuditProgress::show(wire::Audited const& audited) {
    auto const now = Clock::now();
    if (now < next_ || !audited.place) {
        return;
    }
    next_ = now + (plain_ ? 2000ms : 200ms);
    write(audited, now);
}

void AuditProgress::write(wire::Audited const& audited, Clock::time_point now) const {
    auto const at = static_cast<double>(audited.place->account.value);
    auto const spent = std::chrono::duration<double>(now - started_).count();
    auto const share = highest_ > 0 ? std::clamp(at / highest_, 0.0, 1.0) : 1.0;
    auto line = fmt::format("audit {:.0f}%: {} entries of {} accounts", share * 100,
                            grouped(audited.entries), grouped(audited.accounts));
    if (spent > 0.5) {
        auto const rate = static_cast<double>(audited.entries - entries_before_) / spent;
        line += fmt::format(", {} a second", grouped(static_cast<std::int64_t>(rate)));
        if (at > from_ && at < highest_) {
            line += fmt::format(", about {} left", left(spent * (highest_ - at) / (at - from_)));
        }
    }
    if (!audited.findings.empty()) {
        line += fmt::format(", {} wrong", grouped(std::ssize(audited.findings)));
    }
    fmt::print(stderr, "{}{}{}", plain_ ? "" : "\r\x1b[2K", line, plain_ ? "\n" : "");
    std::fflush(stderr);
}

void AuditProgress::clear() const {
    if (!plain_) {
        fmt::print(stderr, "\r\x1b[2K");
    }
}

}  // namespace worker::cli
