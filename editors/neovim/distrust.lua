-- Neovim 0.11 or newer: put this file into `lsp/` of a folder of the runtime path (~/.config/nvim/lsp/distrust.lua), then
-- call vim.lsp.enable('distrust').
return {
  cmd = { 'distrust', 'lsp' },
  filetypes = { 'terraform', 'terraform-vars', 'opentofu', 'hcl', 'yaml', 'yaml.cloudformation', 'json' },
  root_markers = { 'distrust.toml', '.git' },
  -- diagnosticMode: 'open' or 'workspace'; minSeverity: 'info' to 'critical', where distrust.toml says nothing.
  init_options = { diagnosticMode = 'open', minSeverity = 'low' },
}
