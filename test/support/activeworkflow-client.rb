# A client of remote agents on the HTTP and JSON code that ActiveWorkflow uses: reads a JSON list of calls on standard
# input, makes each once, applies the answer as ActiveWorkflow does, and prints what came of it, a line of JSON each.
# A call has `url`, `method`, and for an agent `agent` (a name: calls of one share its memory), `options`, `memory`
# (instead of what it has), `credentials` and `message`. A registration prints `name` and `default_options`.
require 'faraday'
require 'json'

Failed = Class.new(StandardError)

def client_json(value)
  JSON.generate(value).gsub(/[<>&\u2028\u2029]/) { |character| format('\\u%04x', character.ord) }
end

def post(url, call)
  answer = Faraday.post(url, client_json(call), 'Content-Type' => 'application/json')
  JSON.parse(answer.body).fetch('result')
end

def register(url)
  type = post(url, 'method' => 'register', 'params' => {})
  Module.new.const_set(type['name'].to_s, Class.new)
  raise Failed, 'no options' unless type['default_options'].is_a?(Hash)
  type.slice('name', 'default_options')
end

def write_log(log, item)
  text = item.to_s
  raise Failed, "Message can't be blank" if text.strip.empty?
  log << text[0, 10_000]
end

def apply(result, agent, told)
  result['errors'].each { |item| write_log(told['errors'], item) } if result.key?('errors')
  result['logs'].each { |item| write_log(told['logs'], item) } if result.key?('logs')
  result.fetch('messages', []).each do |item|
    raise Failed, 'Payload cannot be set' unless item.is_a?(Hash)
    told['messages'] << item
  end
  return unless result.key?('memory')
  raise Failed, 'Memory cannot be set' unless result['memory'].is_a?(Hash)
  agent['memory'] = result['memory']
end

def call_agent(call, agent, told)
  agent['memory'] = call['memory'] if call.key?('memory')
  params = {
    'options' => call.fetch('options', {}), 'memory' => agent['memory'],
    'credentials' => call.fetch('credentials', []), 'message' => call['message']
  }
  apply(post(call['url'], 'method' => call['method'], 'params' => params), agent, told)
  told['memory'] = agent['memory']
end

agents = Hash.new { |known, name| known[name] = { 'memory' => {} } }
JSON.parse($stdin.read, max_nesting: false).each do |call|
  told = { 'errors' => [], 'logs' => [], 'messages' => [] }
  begin
    call['method'] == 'register' ? told = register(call['url']) : call_agent(call, agents[call['agent']], told)
  rescue StandardError => error
    told['failure'] = "#{error.class}: #{error.message[0, 200]}"
  end
  puts JSON.generate(told)
end
