// Functions that the compiler builds once for each generation of vector instructions.
#pragma once

/// Before a plain loop: the version that suits the CPU is chosen when the program starts. All give the same bits,
/// since nothing is contracted or reordered. Sanitizer builds have one version: their run time is not up yet when
/// the choice is made.
#if defined(__x86_64__) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__) && !defined(__clang__)
#define IC_VECTOR_CLONES [[gnu::target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")]]
#else
#define IC_VECTOR_CLONES
#endif
