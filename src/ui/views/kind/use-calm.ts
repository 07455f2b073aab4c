import { useEffect, useState } from 'preact/hooks'

/** The value once it has not changed for so many milliseconds: for work that need not be done with every key. */
export function useCalm<T> (value: T, ms: number): T {
  const [calm, setCalm] = useState(() => value)
  useEffect(() => {
    const timer = setTimeout(() => { setCalm(() => value) }, ms)
    return () => { clearTimeout(timer) }
  }, [value, ms])
  return calm
}
