// Who may call: the keys that the settings name, and the first admin key of an embedded store.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "adapters/identity/key_set.h"
#include "adapters/store.h"
#include "config/settings.h"

namespace worker {

// Null where no key is configured: then nobody is a user. `fetch` gets auth.jwt.jwks_url; without
// it that key is a mistake. Throws adapters::Unusable, naming the key that is wrong.
std::unique_ptr<adapters::identity::KeySet> make_key_set(config::Jwt const& jwt,
                                                         adapters::identity::Fetch fetch,
                                                         adapters::identity::TellFetch tell);

// What gets the document at that address; it has a deadline, and takes no more than a key set has.
adapters::identity::Fetch fetch_of(std::string const& jwks_url);

adapters::identity::JwtRules jwt_rules(config::Jwt const& jwt);

// Where a store never had an admin key: makes one, keeps it in the file (mode 0600) and returns
// where that is. The file is written before the store, so that a key which the store knows can't be
// lost; what a crash left between the two is taken up. Safe in several processes at once.
// Throws adapters::Unusable where the file is there and is not what this would have written.
std::optional<std::filesystem::path> make_first_admin_key(adapters::Store& store,
                                                          std::filesystem::path const& file);

}  // namespace worker
