-- A real editor: open a module, see the finding, take the fix, see it gone, undo, see it again.
-- Started as: nvim --headless -u NONE -i NONE -l neovim.lua PROGRAM SETUP FILE RULE LINE FIX LANGUAGE
local program, setup, file, rule, line, fix, language = unpack(arg)

local function fail(text)
  io.stderr:write('FAILED: ' .. text .. '\n')
  os.exit(1)
end

local config = dofile(setup)
config.cmd = { program, 'lsp' }
vim.lsp.config('distrust', config)
vim.lsp.enable('distrust')
vim.cmd.edit(vim.fn.fnameescape(file))
vim.bo.filetype = language

local function found()
  for _, one in ipairs(vim.diagnostic.get(0)) do
    if one.code == rule then
      return one
    end
  end
end

local function wait(what, holds)
  if not vim.wait(60000, holds, 20) then
    fail(what .. ': ' .. vim.inspect(vim.diagnostic.get(0)))
  end
end

wait('no finding', function() return found() ~= nil end)
if found().lnum + 1 ~= tonumber(line) then
  fail('the finding stands on line ' .. found().lnum + 1)
end
local before = vim.api.nvim_buf_get_lines(0, 0, -1, false)
vim.api.nvim_win_set_cursor(0, { tonumber(line), 0 })
vim.lsp.buf.code_action {
  apply = true,
  filter = function(action) return action.title:find(fix, 1, true) ~= nil and action.isPreferred end,
}
wait('the text did not change', function()
  return not vim.deep_equal(before, vim.api.nvim_buf_get_lines(0, 0, -1, false))
end)
wait('the finding did not go', function() return found() == nil end)
local text = table.concat(vim.api.nvim_buf_get_lines(0, 0, -1, false), '\n')
if not text:find(fix, 1, true) then
  fail('the fix is not in the text:\n' .. text)
end
vim.cmd.undo()
if not vim.deep_equal(before, vim.api.nvim_buf_get_lines(0, 0, -1, false)) then
  fail('undone, the text is another')
end
wait('the finding did not come back', function() return found() ~= nil end)
print('OK')
-- The server ends with its client.
vim.lsp.stop_client(vim.lsp.get_clients())
vim.wait(10000, function() return #vim.lsp.get_clients() == 0 end, 20)
os.exit(#vim.lsp.get_clients())
