import { useLayoutEffect, useRef, useState } from 'preact/hooks'
import type { RefObject } from 'preact'

/** How wide an element is, in whole pixels; 0 until it is there. */
export function useWidth<E extends Element> (): readonly [RefObject<E | null>, number] {
  const element = useRef<E>(null)
  const [width, setWidth] = useState(0)
  useLayoutEffect(() => {
    if (element.current === null) return
    const observer = new ResizeObserver(entries => { setWidth(Math.floor(entries.at(-1)?.contentRect.width ?? 0)) })
    observer.observe(element.current)
    return () => { observer.disconnect() }
  }, [])
  return [element, width]
}
