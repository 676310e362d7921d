// The program. Everything it can do is a verb, see worker/cli/verbs.cpp.
#include <csignal>

#include "worker/cli/verbs.h"

int main(int argc, char** argv) {
    // A limit on the size of files is an error of the write that meets it, not an end at once.
    std::signal(SIGXFSZ, SIG_IGN);
    return worker::cli::run_command_line(argc, argv);
}
