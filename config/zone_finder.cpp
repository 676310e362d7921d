#include "config/zone_finder.h"

#include <map>
#include <memory>
#include <mutex>

#include "config/zone_file.h"

namespace config {

namespace {

class Zones {
public:
    base::Zone const* find(std::string const& name) {
        std::scoped_lock const lock{mutex_};
        if (auto const found = zones_.find(name); found != zones_.end()) {
            return &found->second;
        }
        auto zone = load_zone(name);
        return zone ? &zones_.emplace(name, std::move(*zone)).first->second : nullptr;
    }

private:
    std::mutex mutex_;
    std::map<std::string, base::Zone> zones_;  // as many as the system has
};

}  // namespace

std::function<base::Zone const*(std::string const&)> make_zone_finder() {
    auto zones = std::make_shared<Zones>();  // shared: the rules that hold the function are copied
    return [zones = std::move(zones)](std::string const& name) { return zones->find(name); };
}

}  // namespace config
