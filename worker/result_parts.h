// What the program needs to keep what jobs made, put together from the settings.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "worker/artifacts.h"
#include "worker/hints.h"
#include "worker/result_keeper.h"

namespace worker {

struct ResultParts {
    // The settings must outlive it.
    explicit ResultParts(config::Settings const& settings)
        : artifacts{make_artifacts(settings)},
          for_readers{make_artifacts(settings, Haste::somebody_waits)},
          keeper{settings, artifacts.get()},
          hints{make_hints(settings)} {}

    // What a provider is told for an attempt; none where nobody is told.
    [[nodiscard]] std::function<std::string(base::JobId)> hint_url() const {
        if (!hints) {
            return {};
        }
        return [&told = *hints](base::JobId job) { return told.url(job); };
    }

    std::unique_ptr<adapters::ArtifactStore> artifacts;    // null: files are on this disk only
    std::unique_ptr<adapters::ArtifactStore> for_readers;  // the same, for the HTTP face
    ResultKeeper keeper;
    std::unique_ptr<Hints> hints;  // null: providers are told of none
};

}  // namespace worker
