// Files on the web as bytes to be measured: read in parts where the server gives parts, spooled to
// an unlinked file where it does not. Nothing but public addresses is spoken to.
#pragma once

#include <chrono>
#include <cstdint>
#include <expected>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "adapters/fetch/addresses.h"
#include "adapters/fetch/resolve.h"
#include "adapters/media.h"
#include "base/time.h"

namespace adapters::fetch {

// Why nothing may be fetched from an address; empty where something may.
using Judge = std::function<std::string_view(Address const&)>;

struct FetchOptions {
    std::uint64_t max_size = std::uint64_t{2} << 30;
    base::Millis connect_timeout{10'000};  // name, connection and TLS handshake together
    base::Millis idle_timeout{15'000};     // of an answer's head, and without a byte of its body
    base::Millis total_timeout{300'000};   // from open_url() on, whatever is read
    int redirects = 5;
    bool allow_private = false;          // addresses that are not public
    bool allow_any_port = false;         // see is_web_port()
    bool allow_downgrade = false;        // redirects from https to http
    bool only_https_after = false;       // redirects lead to https and nowhere else
    std::filesystem::path ca_file;       // PEM; empty: the authorities that the system trusts
    std::filesystem::path spool_folder;  // empty: the system's folder for temporary files
    std::string user_agent = "tallyman";
    Resolver resolver;  // empty: the system's
    Judge judge;        // empty: why_not_public
};

class RemoteSource : public ByteSource {
public:
    // All that came over the wire, heads of answers included, before TLS.
    [[nodiscard]] virtual std::uint64_t received() const = 0;

    [[nodiscard]] virtual int requests() const = 0;
};

using OpenResult = std::expected<std::unique_ptr<RemoteSource>, MediaError>;

// Asks for the first bytes, so that size and kind are known when it returns. The message of an
// error names the URL without its query. Codes, of read() as well:
//   bad_url, forbidden_address (and ports), dns, connect, tls, timeout
//   http_403, http_404, http_410, http_status (any other), too_many_redirects
//   not_audio (a page of text), encoded (gzip and the like), too_large
//   changed (it is another file than before), cut (less came than promised)
//   no_ranges (parts other than those asked for, and not the whole either)
//   bad_answer (not HTTP, or not as it should be), spool (no room for a temporary file)
OpenResult open_url(std::string_view url, FetchOptions const& options);

}  // namespace adapters::fetch
