# The hook's image, as linked from hook/.
  .section .rodata
  .globl simrec_hook_image, simrec_hook_image_end
  .hidden simrec_hook_image, simrec_hook_image_end
  .balign 16
simrec_hook_image:
  .incbin "hook.bin"
simrec_hook_image_end:
  .section .note.GNU-stack, "", @progbits
