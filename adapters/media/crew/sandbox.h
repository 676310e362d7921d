// Shuts this process in: after it only memory, the socket to the worker and descriptors that came
// over it can be used. There is no way back.
#pragma once

#include <cstdint>
#include <string>

namespace adapters::media::crew {

// `memory`: bytes of address space beyond what is used now; zero: no limit. Returns what went
// wrong, for people; empty: the walls stand.
std::string enter_sandbox(std::uint64_t memory);

}  // namespace adapters::media::crew
