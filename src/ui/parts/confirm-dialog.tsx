import type { ComponentChildren } from 'preact'
import { useEffect, useId, useRef, useState } from 'preact/hooks'
import { asError } from '../live/as-error.js'

interface ConfirmDialogProps {
  readonly title: string
  readonly children: ComponentChildren
  /** The words of the button that does it. */
  readonly confirm: string
  /** The words of the button that does nothing. */
  readonly decline: string
  /** Does it; where that fails, the error is shown and the question stays. */
  readonly onConfirm: () => Promise<void>
  /** Called when the question is gone, whatever the answer. */
  readonly onClose: () => void
}

/** A question that has to be answered first. Escape and the second button mean no. */
export function ConfirmDialog ({ title, children, confirm, decline, onConfirm, onClose }: ConfirmDialogProps) {
  const dialog = useRef<HTMLDialogElement>(null)
  const [trouble, setTrouble] = useState<string | null>(null)
  const [busy, setBusy] = useState(false)
  const id = useId()
  useEffect(() => {
    const box = dialog.current
    const home = document.activeElement?.closest<HTMLElement>('[tabindex]') ?? null
    box?.showModal()
    return () => {
      box?.close()
      // The browser gives the focus back to the button that asked. Where that is gone, it goes to what it was in.
      queueMicrotask(() => { if (document.activeElement === document.body) home?.focus({ preventScroll: true }) })
    }
  }, [])
  const close = (): void => { dialog.current?.close() }
  const doIt = (): void => {
    if (busy) return
    setBusy(true)
    setTrouble(null)
    onConfirm().then(close, (error: unknown) => {
      setBusy(false)
      setTrouble(asError(error).message)
    })
  }
  return (
    <dialog ref={dialog} aria-labelledby={id} onClose={onClose}>
      <h2 id={id}>{title}</h2>
      {children}
      {trouble === null ? null : <p class='error' role='alert'>{trouble}</p>}
      <div class='buttons'>
        <button type='button' autofocus onClick={close}>{decline}</button>
        {/* Not `disabled`: it would lose the focus. */}
        <button type='button' class='danger' aria-disabled={busy} onClick={doIt}>{confirm}</button>
      </div>
    </dialog>
  )
}
