// What a completed job is charged for, where its price is by duration: what was measured of its
// result, what its provider says, or neither. Plain functions.
#pragma once

#include <optional>
#include <string>

#include "adapters/media.h"
#include "base/time.h"
#include "jobs/report.h"

namespace worker {

// What it means that a result can't be measured.
enum class Unmeasured : std::uint8_t {
    no_result,   // what was promised is not there, or is no audio: the attempt has failed
    try_again,   // nothing is known yet
    impossible,  // the result may be fine, and we can't tell how long it is
};

// A service that is priced by a declared duration may well make something that is no audio.
Unmeasured meaning_of(std::string const& code, pricing::Measure measure);

// Why an attempt with such a result has failed.
jobs::Error bad_result(std::string const& name, adapters::MediaError const& why);

// The two of them must not differ by more than a tenth of a second, or a hundredth of the length;
// where they do, the smaller is charged, and the report has a remark.
void charge_measured(jobs::Report& report, jobs::Measurement measured,
                     std::optional<base::Millis> told);

// The provider's word is charged; without it what was quoted stands.
void charge_unmeasured(jobs::Report& report, std::string const& name,
                       adapters::MediaError const& why, std::optional<base::Millis> told);

}  // namespace worker
