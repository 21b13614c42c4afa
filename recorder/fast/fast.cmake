# The hook of tier 2: one flat image for a fixed address, without a C library, SSE or sanitizers.
find_package(Zycore REQUIRED)
find_package(Zydis REQUIRED)
enable_language(ASM)

set(hook_folder ${CMAKE_CURRENT_SOURCE_DIR}/fast)
set(hook_sources ${hook_folder}/hook/hook.c ${hook_folder}/hook/sockets.c ${hook_folder}/hook/values.c
  ${hook_folder}/hook/entry.S)
set(hook_script ${hook_folder}/hook/hook.ld)
set(hook_flags -std=c11 -O2 -Wall -Wextra -Wconversion -ffreestanding -fno-stack-protector -fcf-protection=none
  -mgeneral-regs-only -fPIE -fvisibility=hidden -fno-asynchronous-unwind-tables -Wframe-larger-than=512
  -nostdlib -static -Wl,--build-id=none)
set(hook_binary ${CMAKE_CURRENT_BINARY_DIR}/hook.bin)
add_custom_command(
  OUTPUT ${hook_binary}
  COMMAND ${CMAKE_C_COMPILER} ${hook_flags} -I${CMAKE_SOURCE_DIR} -Wl,-T,${hook_script} -o hook.elf ${hook_sources}
  COMMAND ${CMAKE_OBJCOPY} -O binary hook.elf ${hook_binary}
  DEPENDS ${hook_sources} ${hook_folder}/hook/hook_record.h ${hook_script} ${hook_folder}/hook_abi.h
  COMMENT "Linking the hook" VERBATIM)
set_source_files_properties(fast/hook_image.S PROPERTIES
  OBJECT_DEPENDS ${hook_binary} COMPILE_OPTIONS -Wa,-I${CMAKE_CURRENT_BINARY_DIR})
