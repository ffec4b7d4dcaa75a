#include "app/command_line.h"

int main(int argc, char** argv) { return intelliclinix::app::RunProgram(argc, argv); }
