// Addresses at which providers may say that there is news of a job. What they say there is not
// believed: whoever knows the address can only have the provider asked sooner.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/ids.h"
#include "config/settings.h"

namespace worker {

class Hints {
public:
    // `public_url` is where this program is reached.
    Hints(std::string public_url, std::string secret)
        : public_url_{std::move(public_url)}, secret_{std::move(secret)} {}

    // The same for every try: what is submitted again under one key must be the same to the byte.
    [[nodiscard]] std::string url(base::JobId job) const;

    // The job of such an address, where its last part proves that it is one.
    [[nodiscard]] std::optional<base::JobId> job_of(std::string_view job,
                                                    std::string_view proof) const;

private:
    [[nodiscard]] std::string proof_of(base::JobId job) const;

    std::string public_url_;
    std::string secret_;
};

// Null where nobody is given an address. The secret is that of the settings, or one that is made
// once and kept in data_dir. Throws adapters::Unusable.
std::unique_ptr<Hints> make_hints(config::Settings const& settings);

}  // namespace worker
