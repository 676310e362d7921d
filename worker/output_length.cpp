// Doubt is never at the expense of whoever pays.
#include "worker/output_length.h"

#include <algorithm>
#include <array>
#include <string_view>

#include <fmt/format.h>

#include "wire/measurement_text.h"
#include "worker/named_media.h"

namespace worker {

namespace {

using Codes = std::string_view;

constexpr std::array<Codes, 3> no_media{"not_audio", "no_audio", "unsupported"};
constexpr std::array<Codes, 12> nothing_there{"not_audio", "empty",       "damaged",  "incomplete",
                                              "no_audio",  "implausible", "http_403", "http_404",
                                              "http_410",  "not_found",   "outside",  "not_a_file"};
constexpr std::array<Codes, 7> never{"unsupported", "too_large", "forbidden_address", "bad_url",
                                     "encoded",     "no_ranges", "no_folder"};

constexpr base::Millis least_difference{100};
constexpr std::int64_t share = 100;  // one part of so many

template <std::size_t size>
bool is_one_of(std::array<Codes, size> const& codes, std::string_view code) {
    return std::ranges::find(codes, code) != codes.end();
}

bool far_apart(base::Millis one, base::Millis other) {
    auto const difference = one > other ? one - other : other - one;
    return difference > std::max(least_difference, std::max(one, other) / share);
}

}  // namespace

Unmeasured meaning_of(std::string const& code, pricing::Measure measure) {
    if (measure == pricing::Measure::declared && is_one_of(no_media, code)) {
        return Unmeasured::impossible;
    }
    if (is_one_of(nothing_there, code)) {
        return Unmeasured::no_result;
    }
    return is_one_of(never, code) ? Unmeasured::impossible : Unmeasured::try_again;
}

jobs::Error bad_result(std::string const& name, adapters::MediaError const& why) {
    return {.code = "bad_result",
            .message = fmt::format("the result names `{}`, and that can't be measured: {}",
                                   shown(name), reason(name, why)),
            .retryable = true};
}

void charge_measured(jobs::Report& report, jobs::Measurement measured,
                     std::optional<base::Millis> told) {
    auto const length = jobs::duration_of(measured).value();
    if (told && far_apart(*told, length)) {
        auto const difference = fmt::format("the provider says {}, measured are {}",
                                            base::to_text(*told), wire::length_in_words(measured));
        report.remark = "disagrees";
        report.note = difference + "; the shorter is charged";
        if (*told < length) {
            measured = jobs::as_told(jobs::Source::provider, *told);
        }
        measured.note += (measured.note.empty() ? "" : ", ") + difference;
    }
    report.duration = jobs::duration_of(measured);
    report.measurement = std::move(measured);
}

void charge_unmeasured(jobs::Report& report, std::string const& name,
                       adapters::MediaError const& why, std::optional<base::Millis> told) {
    report.remark = "not_measured";
    report.note = fmt::format("{}; {}", reason(name, why),
                              told ? "the provider's " + base::to_text(*told) + " are charged"
                                   : std::string{"what was quoted stands"});
    report.duration = told;
    if (told) {
        report.measurement = jobs::as_told(jobs::Source::provider, *told);
        report.measurement->note = "not measured: " + reason(name, why);
    }
}

}  // namespace worker
