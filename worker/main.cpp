// The program. Everything it can do is a verb, see worker/cli/verbs.cpp.
#include "worker/cli/verbs.h"

int main(int argc, char** argv) {
    return worker::cli::run_command_line(argc, argv);
}
