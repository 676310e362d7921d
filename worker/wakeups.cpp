// Chooses the wake-up.
#include "worker/wakeups.h"

#include "adapters/sqlite/open.h"
#include "adapters/wakeups/file_watch.h"
#include "worker/compose.h"

namespace worker {

std::unique_ptr<adapters::Wakeup> make_wakeup(config::Settings const& settings,
                                              boost::asio::any_io_executor executor) {
    return std::make_unique<adapters::wakeups::FileWatch>(
        executor, adapters::sqlite_bell(sqlite_path(settings)));
}

}  // namespace worker
